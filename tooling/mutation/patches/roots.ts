import type { PatchList } from '../patch.ts';

const rollover = 'packages/member/test/root-rollover.test.ts';
const ownRoots = 'packages/topology/test/own-roots.test.ts';
const verbs = 'packages/commands/test/root-verbs.test.ts';
const judged = 'packages/authority/test/judged-version.test.ts';
const alarm = 'packages/member/test/list-alarm.test.ts';

/** Our own roots: which are believed, who may change them, and lists that are signed behind our back. */
export const patches: PatchList = {
  name: 'roots',
  list: [
    {
      name: 'retired-root',
      off: 'a member believes the root that it joined with after the topology has retired it',
      file: 'packages/member/src/state/enterprise-anchors.ts',
      find: 'if (listed === undefined) return joined;',
      replace: 'if (listed === undefined || joined.length > 0) return joined;',
      test: {
        file: rollover,
        title: 'believes after a restart what the signed topology lists, not what it joined with',
      },
    },
    {
      name: 'roots-at-once',
      off: 'the roots of a new topology count after a restart only',
      file: 'packages/member/src/state/domain-state.ts',
      find: 'this.#roots = this.rootsUnder(news.topology);',
      replace: '',
      test: {
        file: rollover,
        title:
          'follows it through prepare, activate, taint and retire, and no connection ends but those of peers below the old root alone',
      },
    },
    {
      name: 'roots-of-a-state',
      off: 'a trust state that names other roots than its topology is accepted',
      file: 'packages/member/src/follow/trust-states.ts',
      find: 'if (state.anchors === ours) return undefined;',
      replace: 'if (state.anchors !== undefined) return undefined;',
      test: {
        file: rollover,
        title:
          'refuses a trust state that names other roots than its topology, and goes on with the topology in force',
      },
    },
    {
      name: 'signer-below-its-roots',
      off: 'a topology is put in force whose roots do not lead to the signer of its trust state',
      file: 'packages/member/src/follow/trust-states.ts',
      find: 'this.#anchors = topology === state.topology ? state.anchors : enterpriseAnchors(roots, topology);',
      replace: 'this.#anchors = enterpriseAnchors(roots, topology) && state.anchors;',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'does not put a topology in force whose roots do not lead to the signer of its state',
      },
    },
    {
      name: 'tainted-root',
      off: 'a server keeps its certificate below a tainted root until that root is retired',
      file: 'packages/member/src/credential/interface-chain.ts',
      find: "stage === 'tainted' ? undefined : decodeCertificate(certificate)",
      replace: 'stage === undefined ? undefined : decodeCertificate(certificate)',
      test: {
        file: 'packages/member/test/interface-chain.test.ts',
        title: 'where the topology lists it, and not as tainted',
      },
    },
    {
      name: 'one-retires-a-root',
      off: 'a single administrator retires a root of ours',
      file: 'packages/topology/src/change/diff-topologies.ts',
      find: "    added: () => 'quorum',\n    removed: () => 'quorum',\n    both: (old, anchor, at) => {",
      replace:
        "    added: () => 'quorum',\n    removed: () => 'narrowing',\n    both: (old, anchor, at) => {",
      test: {
        file: ownRoots,
        title: 'need the quorum where one is retired: one administrator cannot do it',
      },
    },
    {
      name: 'root-without-certificate',
      off: 'a topology is signed that lists a root of ours that no member can believe',
      file: 'packages/topology/src/checks/check-own-roots.ts',
      find: '} else if (rootCertificate(root) === undefined) {',
      replace: "} else if (root.name === '') {",
      test: { file: ownRoots, title: 'each need the certificate of a root' },
    },
    {
      name: 'no-active-root',
      off: 'a topology without an active root is signed',
      file: 'packages/topology/src/checks/check-own-roots.ts',
      find: "if (!roots.some(({ stage }) => (stage ?? 'active') === 'active')) {",
      replace: 'if (roots.length === 0) {',
      test: { file: ownRoots, title: 'have one among them that is active' },
    },
    {
      name: 'retired-untainted',
      off: 'a root is retired in the file that the newest signed version still lists as active',
      file: 'packages/commands/src/commands/topology-root.ts',
      find: "if (before !== undefined && (before.stage ?? 'active') === 'active') {",
      replace: "if (before !== undefined && before.stage === 'active') {",
      test: {
        file: verbs,
        title:
          'topology root retire refuses a root that no signed version has tainted, and names the command that taints',
        inOrder: true,
      },
    },
    {
      name: 'left-behind-untold',
      off: 'a dry run says nothing of what the authority would refuse',
      file: 'packages/commands/src/authority/judge-version.ts',
      find: 'refusal: accepted ? undefined : refusal }',
      replace: 'refusal: accepted ? undefined : undefined }',
      test: {
        file: verbs,
        title:
          'topology publish --dry-run and topology status say who would be left behind, and how the root comes back',
        inOrder: true,
      },
    },
    {
      name: 'left-behind-asked-about',
      off: 'a version that would leave members behind is judged as if the administrators had agreed to that',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'topologies.judge(text, now(), (next) => this.#refuse(next, publisherName, leaveBehind));',
      replace: 'topologies.judge(text, now(), (next) => this.#refuse(next, publisherName, true));',
      test: {
        file: 'packages/authority/test/root-rollover.test.ts',
        title:
          'goes to a third root in the same way, if servers are left behind with the word of the administrators',
        inOrder: true,
      },
    },
    {
      name: 'judged-for-a-server',
      off: 'a server has versions judged that it may not publish',
      file: 'packages/authority/src/routes/topology-routes.ts',
      find: "guard('publisher', caller) ?? limited(what, caller)",
      replace: "guard('member', caller) ?? limited(what, caller)",
      test: {
        file: judged,
        title: 'is judged for those who could publish it, and for no server',
        inOrder: true,
      },
    },
    {
      name: 'judged-and-recorded',
      off: 'a version that was only judged is in the log and in the audit trail as a refused command',
      file: 'packages/authority/src/routes/topology-routes.ts',
      find: '    return c.json({ accepted: false, refusal: { reason, message, remedy } });',
      replace:
        '    refusals.note(result.refusal, caller);\n    return c.json({ accepted: false, refusal: { reason, message, remedy } });',
      test: {
        file: judged,
        title: 'stays out of force, out of the log and out of the audit trail, with its refusal',
        inOrder: true,
      },
    },
    {
      name: 'root-not-listed-again',
      off: 'after a refused version nothing brings back the root that the file has lost',
      file: 'packages/commands/src/authority/refused-version.ts',
      find: "return reason === 'members-left-behind' && inForce !== undefined",
      replace: "return reason === '' && inForce !== undefined",
      test: {
        file: 'packages/commands/src/authority/refused-version.test.ts',
        title:
          'because it leaves members behind gets its root back by a rollback, which comes before the copy that would stop it',
      },
    },
    {
      name: 'version-of-a-used-domain',
      off: 'a version that is refused because users are in its domain blocks every later one, and nothing says how another is signed in its place',
      file: 'packages/commands/src/authority/refused-version.ts',
      find: 'if (ofUsers.has(reason)) return',
      replace: "if (reason === '') return",
      test: {
        file: 'packages/commands/src/authority/refused-version.test.ts',
        title: 'for domain-in-use can be replaced, so that it does not block every later one',
      },
    },
    {
      name: 'list-behind-our-back',
      off: 'nobody notices another list under the number that the trust state names',
      file: 'packages/member/src/follow/list-alarm.ts',
      find: 'if (seen.sha256 !== named.sha256)',
      replace: "if (seen.sha256 === '')",
      test: {
        file: alarm,
        title: 'is an alarm where it has the number of the named one and other content, once',
      },
    },
    {
      name: 'list-with-an-unknown-number',
      off: 'nobody notices a list with a number that the trust states do not know',
      file: 'packages/member/src/follow/list-alarm.ts',
      find: 'seen.unaware++;',
      replace: '',
      test: {
        file: alarm,
        title: 'is an alarm where it has a higher number that two later states do not know',
      },
    },
    {
      name: 'older-list-not-shown',
      off: 'a list that is older than the known one is not compared with what the trust state names',
      file: 'packages/trust/src/node/fetch/fetched-crls.ts',
      find: '      onSigned?.(crl, url);\n',
      replace: '      if (this.#byKey.get(key) === undefined) onSigned?.(crl, url);\n',
      test: {
        file: 'packages/trust/src/node/fetch/shown-crls.test.ts',
        title:
          'a fetcher shows each list that the issuer has signed, also one that is older than the known one',
      },
    },
    {
      name: 'list-of-a-forger',
      off: 'anybody can raise the alarm about lists of our authorities with a list of their own',
      file: 'packages/member/src/follow/list-alarm.ts',
      find: '(one) => one.subject.canonical === list.issuer.canonical && isSignedBy(list, one),',
      replace: '(one) => one.subject.canonical === list.issuer.canonical,',
      test: {
        file: alarm,
        title: 'is none where somebody else has signed it, or it covers other certificates',
      },
    },
  ],
};
