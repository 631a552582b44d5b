import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'member',
  list: [
    {
      name: 'revoked-for-ever',
      off: 'a newer list that lacks a revocation brings a revoked server back into service',
      file: 'packages/member/src/',
      find: "else if (known?.problem.fields.reason === 'certificateHold')",
      replace: 'else',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'stays so whatever newer list is published, and until it has another certificate',
      },
    },
    {
      name: 'forged-list',
      off: 'a member takes a revocation list that its authority has not signed',
      file: 'packages/member/src/',
      find: `(named === undefined || issuerId(issuer.publicKey.der) === named.issuer) &&
      isSignedBy(list, issuer),`,
      replace: '(named === undefined || issuerId(issuer.publicKey.der) === named.issuer),',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'let nothing in that our authority has not signed, whatever number it carries',
      },
    },
    {
      name: 'played-back-list',
      off: 'an old revocation list that is played back replaces the newer one',
      file: 'packages/member/src/',
      find: 'if (number < before)',
      replace: `if (number < before) return undefined;
  if (number < 0n)`,
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never go back among those that an earlier run has written',
      },
    },
    {
      name: 'revocation-policy',
      off: 'what the signed topology demands of revocation below our own roots is not heeded',
      file: 'packages/member/src/',
      find: 'this.#anchors = enterpriseAnchors(this.#roots, news.topology);',
      replace: 'this.#anchors = enterpriseAnchors(this.#roots);',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'judges by what the topology in force says of revocation',
        inOrder: true,
      },
    },
    {
      name: 'confirmation',
      off: 'a member that is cut off believes its last topology for ever',
      file: 'packages/member/src/',
      find: 'decide = authorise(topology, local, confirmation);',
      replace: 'decide = authorise(topology, local);',
      test: {
        file: 'packages/member/test/follow.test.ts',
        title: 'believes nobody when the authority has not confirmed the topology for too long, until it has',
        inOrder: true,
      },
    },
    {
      name: 'anybody-pushes',
      off: 'every server of the network may push to an edge',
      file: 'packages/member/src/',
      find: 'allow: authoriseAuthority(state, fqdn),',
      replace: 'allow: () => ({ ok: true }),',
      test: {
        file: 'apps/authority-server/test/perimeter-push.test.ts',
        title: 'refuses a front end with the reason: role-not-allowed-on-link',
      },
    },
    {
      name: 'without-certificate',
      off: 'the port for pushes admits who shows no certificate',
      file: 'packages/member/src/',
      find: "clientCertificate: 'required',",
      replace: "clientCertificate: 'optional',",
      test: {
        file: 'apps/authority-server/test/perimeter-push.test.ts',
        title: 'refuses somebody without a certificate with the reason: no-certificate',
      },
    },
    {
      name: 'forgotten-sequence',
      off: 'a restart forgets the last trust state, so an old one is believed',
      file: 'packages/member/src/',
      find: 'trustState: markIn(trustState)',
      replace: 'trustState: undefined as never',
      test: {
        file: 'packages/member/test/last-known-file.test.ts',
        title: 'holds the last trust state over a restart',
      },
    },
    {
      name: 'verdict-on-the-key',
      off: 'a trust state is believed whose key is revoked, expired or certified by somebody else',
      file: 'packages/member/src/',
      find: 'return verdict.trusted ? undefined : verdict.rejection;',
      replace: 'return verdict.trusted || chain.length > 0 ? undefined : verdict.rejection;',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses one whose key is revoked by the very list that it names',
      },
    },
    {
      name: 'unknown-list',
      off: 'any list of our authority takes the place of the one that the trust state names',
      file: 'packages/member/src/',
      find: 'if (number < wanted)',
      replace: 'if (number < 0n)',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never go back to an older number, also where a state names it',
      },
    },
    {
      name: 'roots-of-a-state',
      off: 'a trust state that names other roots than its topology is accepted',
      file: 'packages/member/src/',
      find: 'if (state.anchors === ours) return undefined;',
      replace: 'if (state.anchors !== undefined) return undefined;',
      test: {
        file: 'packages/member/test/root-rollover.test.ts',
        title:
          'refuses a trust state that names other roots than its topology, and goes on with the topology in force',
      },
    },
  ],
};
