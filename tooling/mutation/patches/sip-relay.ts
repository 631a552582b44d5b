import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'sip-relay',
  list: [
    {
      name: 'answers-of-servers',
      off: 'a front end believes whatever server brings an answer',
      file: 'packages/sip-relay/src/',
      find: 'if (isBelieved && !isApplication) return response;',
      replace: "if (server !== '') return response;",
      test: {
        file: 'packages/front-end/src/believed-answers.test.ts',
        title: 'of the telephone network says whom the call was for before, and of nobody who that is',
      },
    },
    {
      name: 'brought-by-mediation',
      off: 'a front end believes a mediation server about any caller',
      file: 'packages/sip-relay/src/',
      find: "if (role === 'mediation') return refuseFromTelephones(request, known);",
      replace: '',
      test: {
        file: 'packages/front-end/src/brought-senders.test.ts',
        title: 'brings no call of one who has an address: sip:eve@fabrikam.example',
      },
    },
    {
      name: 'brought-by-an-edge',
      off: 'a front end believes an edge whatever domain sends',
      file: 'packages/sip-relay/src/',
      find: "return role === 'edge' ? refuseFromOutside(request, known) : undefined;",
      replace: 'return undefined;',
      test: {
        file: 'packages/front-end/src/brought-senders.test.ts',
        title: 'brings nothing of a domain that is not a partner’s: sip:ceo@bank.example',
      },
    },
    {
      name: 'brought-in-dialogs-as-ours',
      off: 'a server that is not believed speaks in a call as a user of ours',
      file: 'packages/sip-relay/src/',
      find: "if (uri.kind !== 'sip' || known.topology.isOurDomain(uri.host)) return unproven(uri);",
      replace: "if (uri.kind !== 'sip') return unproven(uri);",
      test: {
        file: 'packages/front-end/src/brought-in-dialogs.test.ts',
        title: 'is no user of ours in it: behind a server that is not believed',
      },
    },
    {
      name: 'assertion-in-a-dialog',
      off: 'a server sends in the dialog of one user as another',
      file: 'packages/sip-relay/src/',
      find: "if (user !== '' && identity !== nobody && identity.asserted !== user)",
      replace: "if (user === '?')",
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is vouched for by the server that sends: another user’s assertion counts for nothing',
      },
    },
    {
      name: 'acknowledging-user',
      off: 'a user acknowledges the calls of others',
      file: 'packages/sip-relay/src/',
      find: "if (device === '' || origin.users.size > 0) return notAuthenticated;",
      replace: '',
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title:
          'acknowledges on the connection of that user, or by the token alone on one that is nobody’s; on that of another user never',
      },
    },
    {
      name: 'outsider-behind-director',
      off: 'a partner behind a director counts as an insider',
      file: 'packages/sip-relay/src/',
      find: 'if (isDirector && identity.asserted === undefined)',
      replace: 'if (!isDirector && identity.asserted === undefined)',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'is that of an outsider: no insider, and no way out again',
      },
    },
    {
      name: 'brought-number-of-ours',
      off: 'a partner names its user as the number of a user of ours',
      file: 'packages/sip-relay/src/',
      find: "return isNumberOfOurs(found.number, isNumberOfUser) ? 'ours' : undefined;",
      replace: 'return undefined;',
      test: {
        file: 'packages/front-end/src/brought-senders.test.ts',
        title:
          'brings no partner’s user who is named as the number of one of ours: sip:+49-30-1001@fabrikam.example',
      },
    },
    {
      name: 'claims-in-answers',
      off: 'an answer of a partner names users of ours',
      file: 'packages/sip-relay/src/',
      find: 'const changes = changedClaims(response, rules);',
      replace: 'const changes: FieldChange[] = [];',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'says nothing of users of ours, and has no telephone answer: 180',
      },
    },
    {
      name: 'sender',
      off: 'a front end believes every From',
      file: 'packages/sip-relay/src/',
      find: "? identityOf(request, { kind: 'user', addresses }, fqdn)",
      replace:
        "? identityOf(request, request.method === 'MESSAGE' ? { kind: 'trusted-server', name: fqdn } : { kind: 'user', addresses }, fqdn)",
      test: {
        file: 'packages/testkit/test/network.test.ts',
        title: 'refuses a user sends From another user: identity-not-authorised',
      },
    },
    {
      name: 'asserted-identity',
      off: 'a user asserts an identity that belongs to another user',
      file: 'packages/sip-relay/src/',
      find: `  applyIdentity(editor, request, sender.identity);
`,
      replace: '',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title: 'does not travel on from a client: no diagnostics, and only the identity that it has proven',
      },
    },
    {
      name: 'address-in-realm',
      off: 'a user is taken for the one of the same name in another domain',
      file: 'packages/sip-relay/src/',
      find: 'if (known?.realm === realm) return known.address;',
      replace: 'if (known !== undefined) return known.address;',
      test: {
        file: 'packages/sip-relay/src/admission/user-addresses.test.ts',
        title: 'are remembered for so many users and no more, each with one realm, and long ones not at all',
      },
    },
    {
      name: 'disabled-user',
      off: 'a user whose account is disabled authenticates with the right password',
      file: 'packages/sip-relay/src/',
      find: 'if (credentials.isDisabled?.(result.user.username, realm) === true)',
      replace: 'if (credentials.isDisabled === undefined)',
      test: {
        file: 'tooling/scenarios/accounts/in-force.test.ts',
        title:
          'disabled: signed out everywhere, told so with the right password alone; others notice nothing',
        inOrder: true,
      },
    },
    {
      name: 'skipped-entry',
      off: 'an edge sends as a user in a call by leaving out the entry of the front end that would ask for a proof',
      file: 'packages/sip-relay/src/',
      find: 'if (isToBeProven || isNextTowardsSender(dialog, server, topology)) return undefined;',
      replace: "if (isToBeProven || method !== 'ACK') return undefined;",
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is not an edge, where another server is next on that side: it skips no entry',
      },
    },
    {
      name: 'standing-in-force',
      off: 'a server that the topology names no longer goes on sending on the connection that it has',
      file: 'packages/sip-relay/src/',
      find: 'if (known?.topology === topology) return known;',
      replace: 'if (known !== undefined) return known;',
      test: {
        file: 'packages/front-end/src/front-end.test.ts',
        title: 'counts for the next request of a server on a connection that is open',
      },
    },
    {
      name: 'on-a-connection-of-another',
      off: 'who has an account guesses the passwords of others on connections of its own',
      file: 'packages/sip-relay/src/',
      find: '(origin.users.get(userAddress(user, user.realm)) ?? 0) > now ? origin : undefined',
      replace: 'user.realm !== String(now) ? origin : undefined',
      test: {
        file: 'packages/sip-relay/test/refreshes-while-guessed.test.ts',
        title: 'opens no way to guess for another user on the same connection',
      },
    },
  ],
};
