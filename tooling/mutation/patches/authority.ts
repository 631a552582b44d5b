import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'authority',
  list: [
    {
      name: 'reader-role',
      off: 'every server of the topology reads the verifiers of all users',
      file: 'packages/authority/src/',
      find: 'const view = server === undefined ? undefined : viewOf[server.role];',
      replace: "const view = server === undefined ? undefined : 'verifiers';",
      test: {
        file: 'apps/authority-server/test/accounts.test.ts',
        title:
          'are told to no other server, to no administrator by the feed, and to nobody without certificate',
        inOrder: true,
      },
    },
    {
      name: 'for-itself-only',
      off: 'a server gets a certificate for another',
      file: 'packages/authority/src/',
      find: 'subject !== authority : requester.server === subject;',
      replace: "subject !== authority : requester.server !== '';",
      test: {
        file: 'packages/authority/test/may-issue.test.ts',
        title: 'gives a server nothing for another server',
      },
    },
    {
      name: 'profile',
      off: 'anybody gets a certificate of any kind',
      file: 'packages/authority/src/',
      find: "const isServer = profile === 'server' && maySpeakFor(requester, subject, fqdn);",
      replace: 'const isServer = maySpeakFor(requester, subject, fqdn);',
      test: {
        file: 'packages/authority/test/may-issue.test.ts',
        title: 'gives nobody a certificate of a user',
      },
    },
    {
      name: 'listed-servers',
      off: 'a server that the topology does not list gets a certificate',
      file: 'packages/authority/src/',
      find: 'if (subject === fqdn) return',
      replace: "if (subject !== '') return",
      test: {
        file: 'packages/authority/test/may-issue.test.ts',
        title: 'refuses a server that the topology does not list, and every server before there is one',
      },
    },
    {
      name: 'administrators-only',
      off: 'a server may send commands that only administrators may send',
      file: 'packages/authority/src/',
      find: "if (who === 'member') return undefined;",
      replace: 'if (who !== undefined) return undefined;',
      test: {
        file: 'apps/authority-server/test/authority-server.test.ts',
        title: 'is refused at POST /revoke: that is for administrators',
        inOrder: true,
      },
    },
    {
      name: 'members-only',
      off: 'anybody reads the topology',
      file: 'packages/authority/src/',
      find: `    case 'nobody':
      return refuse(`,
      replace: `    case 'nobody':
      if (who === 'member') return undefined;
      return refuse(`,
      test: {
        file: 'apps/authority-server/test/authority-server.test.ts',
        title: 'without certificate is refused at GET /topology',
        inOrder: true,
      },
    },
    {
      name: 'own-name-only',
      off: 'an administrator gets the certificate of another one',
      file: 'packages/authority/src/',
      find: "return requester.kind === 'administrator' && requester.name === subject;",
      replace: "return requester.kind === 'administrator';",
      test: {
        file: 'packages/authority/test/may-issue.test.ts',
        title:
          'gives an administrator the next certificate of their own, and nobody else that of an administrator',
      },
    },
    {
      name: 'revoked-meanwhile',
      off: 'an administrator whose certificate was revoked gets another one on an open connection',
      file: 'packages/authority/src/',
      find: 'if ((await findIssued(opened.ledger, issuance, serialHex))?.revocation !== undefined) {',
      replace: "if ((await findIssued(opened.ledger, issuance, serialHex))?.subject === '') {",
      test: {
        file: 'packages/authority/test/revoked-requester.test.ts',
        title: 'an administrator whose certificate was revoked on an open connection gets no other one',
      },
    },
    {
      name: 'of-another-pool',
      off: 'a server whose certificate does not name the pool gets the keys of the pool',
      file: 'packages/authority/src/',
      find: 'caller.names.includes(pool)',
      replace: "caller.kind === 'server'",
      test: {
        file: 'packages/authority/src/domain-keys/may-have-keys.test.ts',
        title: 'are none where its certificate does not name the pool that the topology gives it',
      },
    },
    {
      name: 'any-server',
      off: 'a server that verifies no passwords changes them',
      file: 'packages/authority/src/',
      find: "if (reader.view !== 'verifiers') return noVerifiers;",
      replace: '',
      test: {
        file: 'packages/authority/test/account-servers.test.ts',
        title: 'is a front end: other servers and administrators change none',
        inOrder: true,
      },
    },
    {
      name: 'state-for-anyone',
      off: 'the trust state is served to anyone',
      file: 'packages/authority/src/',
      find: `const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    const { current, untold }`,
      replace: 'const { current, untold }',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'is for members, and there is none before the first topology',
      },
    },
    {
      name: 'revoked-in-turn',
      off: 'orders that wait for their turn are carried out though the certificate of their administrator was revoked',
      file: 'packages/authority/src/',
      find: 'return revoked && refusals.request(revoked.refusal, caller);',
      replace: 'return void revoked;',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title:
          'is refused as well where the certificate of its administrator was revoked before its turn, and changes no account',
      },
    },
  ],
};
