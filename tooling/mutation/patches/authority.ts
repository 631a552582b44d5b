import type { MutationPatch, PatchList } from '../patch.ts';

const mayIssue = 'packages/authority/src/may-issue.ts';
const guard = 'packages/authority/src/routes/guard.ts';

const issuing = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/may-issue.test.ts',
  title,
});
const server = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/authority-server.test.ts',
  title,
  inOrder: true,
});

/** What binds the authority of a domain to its topology, and who may send it commands. */
export const patches: PatchList = {
  name: 'authority',
  list: [
    {
      name: 'refusal-lines',
      off: 'callers that show no certificate fill the log of the authority',
      file: 'packages/authority/src/refusals.ts',
      find: 'if (leftOut !== undefined) write(problem, caller, leftOut);',
      replace: 'write(problem, caller, leftOut ?? {});',
      test: {
        file: 'packages/authority/src/refusals.test.ts',
        title: 'cannot be flooded by requests of callers that have proven nothing',
      },
    },
    {
      name: 'plain-refusals',
      off: 'a caller that shows no certificate learns why it is refused',
      file: 'packages/authority/src/refusals.ts',
      find: '? plainRefusal(problem.status, problem.retryAfterSeconds)',
      replace: '? problemResponse(problem)',
      test: {
        file: 'apps/authority-server/test/plain-refusals.test.ts',
        title: 'learns at GET /events the status 401 and a plain sentence, and the log has no-certificate',
      },
    },
    {
      name: 'plain-enrolment',
      off: 'a caller learns whether a join token exists, has expired or was used',
      file: 'packages/pki/src/enrolment/enrol-handler.ts',
      find: 'if (peer !== undefined) return withInstead(problemResponse(refusal));',
      replace: 'if (refusal !== undefined) return problemResponse(refusal);',
      test: {
        file: 'packages/pki/test/enrolment.test.ts',
        title: 'is told the same whatever is wrong with its token or its request, and the log has the reason',
      },
    },
    {
      name: 'one-status',
      off: 'the status tells whether a join token is good',
      file: 'packages/pki/src/enrolment/enrol-handler.ts',
      find: 'statusesOfShape.has(refusal.status) ? refusal.status : 403',
      replace: 'refusal.status',
      test: {
        file: 'packages/pki/test/enrolment.test.ts',
        title: 'is told the same whatever is wrong with its token or its request, and the log has the reason',
      },
    },
    {
      name: 'for-itself-only',
      off: 'a server gets a certificate for another',
      file: mayIssue,
      find: 'subject !== authority : requester.server === subject;',
      replace: "subject !== authority : requester.server !== '';",
      test: issuing('gives a server nothing for another server'),
    },
    {
      name: 'profile',
      off: 'anybody gets a certificate of any kind',
      file: mayIssue,
      find: "const isServer = profile === 'server' && maySpeakFor(requester, subject, fqdn);",
      replace: 'const isServer = maySpeakFor(requester, subject, fqdn);',
      test: issuing('gives nobody a certificate of a user'),
    },
    {
      name: 'stores-by-administrators',
      off: 'a server gets the certificate of a store',
      file: mayIssue,
      find: "const isStore = profile === 'store' && requester.kind === 'administrator';",
      replace: "const isStore = profile === 'store' && requester.kind !== 'join-token';",
      test: issuing(
        'gives an administrator a certificate for a store of the topology, with its one name, and nobody else',
      ),
    },
    {
      name: 'listed-stores',
      off: 'a store that the topology does not list gets a certificate',
      file: mayIssue,
      find: 'if (current?.stores.has(subject) !== true) {',
      replace: 'if (current === undefined) {',
      test: issuing(
        'gives an administrator a certificate for a store of the topology, with its one name, and nobody else',
      ),
    },
    {
      name: 'stores-dial-nobody',
      off: 'the certificate of a store can be shown to servers as that of a client',
      file: 'packages/pki/src/ground/profile.ts',
      find: "store: { name: 'store', extKeyUsage: [oids.serverAuth],",
      replace: "store: { name: 'store', extKeyUsage: [oids.serverAuth, oids.clientAuth],",
      test: {
        file: 'packages/commands/test/store-certificates.test.ts',
        title:
          'entente cert issue certifies the key of a store that the topology lists, until it lists it no more',
      },
    },
    {
      name: 'stores-taken-away',
      off: 'a store that the topology no longer lists keeps its certificate',
      file: 'packages/authority/src/unlisted-certificates.ts',
      find: 'if (topology.stores.has(subject)) continue;',
      replace: 'if (topology.stores.has(subject) || subject !== fqdn) continue;',
      test: {
        file: 'packages/commands/test/store-certificates.test.ts',
        title:
          'entente cert issue certifies the key of a store that the topology lists, until it lists it no more',
      },
    },
    {
      name: 'listed-servers',
      off: 'a server that the topology does not list gets a certificate',
      file: mayIssue,
      find: 'if (subject === fqdn) return',
      replace: "if (subject !== '') return",
      test: issuing('refuses a server that the topology does not list, and every server before there is one'),
    },
    {
      name: 'enterprise-names',
      off: 'names that another CA certifies are given too',
      file: mayIssue,
      find: "if (names === undefined || names.issuer !== 'enterprise') {",
      replace: 'if (names === undefined) {',
      test: issuing(
        'gives an edge its internal name, and the names outside only where the enterprise CA certifies them',
      ),
    },
    {
      name: 'administrators-only',
      off: 'a server may send commands that only administrators may send',
      file: guard,
      find: "if (who === 'member') return undefined;",
      replace: 'if (who !== undefined) return undefined;',
      test: server('is refused at POST /revoke: that is for administrators'),
    },
    {
      name: 'members-only',
      off: 'anybody reads the topology',
      file: guard,
      find: "    case 'nobody':\n      return refuse(",
      replace: "    case 'nobody':\n      if (who === 'member') return undefined;\n      return refuse(",
      test: server('without certificate is refused at GET /topology'),
    },
    {
      name: 'accounts-away-once',
      off: 'an authority without its accounts fills the log with it',
      file: 'packages/authority/src/accounts/accounts-alarm.ts',
      find: 'if (this.#away !== undefined) return;',
      replace: '',
      test: {
        file: 'packages/authority/src/accounts/accounts-alarm.test.ts',
        title:
          'accounts that cannot be read any more are in the log once, with what to do, and once when they are back',
      },
    },
    {
      name: 'accounts-away-unsaid',
      off: 'an authority says nothing of accounts that are not there as it starts',
      file: 'packages/authority/src/upkeep.ts',
      find: 'accountsAlarm.look();\n  lookAgain();',
      replace: 'accountsAlarm;\n  lookAgain();',
      test: {
        file: 'packages/authority/src/upkeep.test.ts',
        title: 'looks whether the accounts are there as it begins, and each time',
      },
    },
    {
      name: 'fault-without-remedy',
      off: 'what fails at an authority for a time has no remedy in its log',
      file: 'packages/authority/src/fault-fields.ts',
      find: "...(typeof remedy === 'string' ? { remedy } : {}),",
      replace: '',
      test: {
        file: 'packages/authority/src/upkeep.test.ts',
        title:
          'has the code and the remedy of what fails for a time in the log, and where a defect comes from',
      },
    },
  ],
};
