import type { PatchList } from '../patch.ts';

/** What members make of what the authority says is in force. */
export const patches: PatchList = {
  name: 'trust-state',
  list: [
    {
      name: 'replayed',
      off: 'a trust state that was played back takes a revoked server in again',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'last !== undefined && state.sequence < last.sequence',
      replace: 'last !== undefined && state.sequence < 0',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses one that was sent before',
      },
    },
    {
      name: 'forgotten-sequence',
      off: 'a restart forgets the last trust state, so an old one is believed',
      file: 'packages/member/src/files/last-known-file.ts',
      find: 'trustState: markIn(trustState)',
      replace: 'trustState: undefined as never',
      test: {
        file: 'packages/member/test/last-known-file.test.ts',
        title: 'holds the last trust state over a restart',
      },
    },
    {
      name: 'forked',
      off: 'two different trust states with one sequence are both believed',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'state.sequence === last.sequence && hash !== last.hash',
      replace: "state.sequence === last.sequence && hash === ''",
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses another one with the same sequence',
      },
    },
    {
      name: 'expired-state',
      off: 'a trust state that was held back is believed at any time',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'Date.parse(state.expires) <= now',
      replace: 'Date.parse(state.expires) <= 0',
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title: 'refuses one that has expired',
      },
    },
    {
      name: 'state-from-the-future',
      off: 'a trust state from the future is believed',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'Date.parse(state.signedAt) > now + knowledge.clockSkewMs',
      replace: 'Number.isNaN(now)',
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title: 'refuses one that is ahead of its clock by more than clocks may differ',
      },
    },
    {
      name: 'state-of-others',
      off: 'the trust state of another network is believed',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'state.network !== network',
      replace: "state.network === ''",
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title: 'refuses one of another network',
      },
    },
    {
      name: 'older-topology',
      off: 'a trust state that names an older topology confirms it',
      file: 'packages/topology/src/trust-state/refuse-trust-state.ts',
      find: 'state.topology.version < topology.version',
      replace: 'state.topology.version < 0',
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title:
          'refuses one that names an older topology than the one in force, or another one of its version',
      },
    },
    {
      name: 'unsigned-state',
      off: 'a trust state that was changed after it was signed is believed',
      file: 'packages/topology/src/trust-state/signed-trust-state.ts',
      find: 'if (signed) return',
      replace: 'if (signed || read !== undefined) return',
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title: 'does not count where its payload is that of another one',
      },
    },
    {
      name: 'spelling',
      off: 'a trust state is read in more than one spelling',
      file: 'packages/topology/src/trust-state/signed-trust-state.ts',
      find: 'encode(json) === payload ? readCanonical(json) : undefined',
      replace: 'readCanonical(json)',
      test: {
        file: 'packages/topology/test/trust-state.test.ts',
        title: 'is refused in another spelling, also where its key has signed that',
      },
    },
    {
      name: 'purpose-of-the-key',
      off: 'a server of ours signs trust states with the key of its TLS certificate',
      file: 'packages/member/src/state/state-signer.ts',
      find: 'if (purposes.length !== 1 || purposes[0] !== trustStatePurpose) {',
      replace: 'if (purposes.length > 99) {',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses one whose key is that of a server of ours',
      },
    },
    {
      name: 'name-of-the-key',
      off: 'the key of another network signs our trust states',
      file: 'packages/member/src/state/state-signer.ts',
      find: "identity: { mode: 'service', allowed: [trustStateName(network)] },",
      replace: "identity: { mode: 'inbound' },",
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses one whose key is that of another network',
      },
    },
    {
      name: 'verdict-on-the-key',
      off: 'a trust state is believed whose key is revoked, expired or certified by somebody else',
      file: 'packages/member/src/state/state-signer.ts',
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
      file: 'packages/member/src/follow/accept-lists.ts',
      find: 'if (number < wanted)',
      replace: 'if (number < 0n)',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'never go back to an older number, also where a state names it',
      },
    },
    {
      name: 'hash-of-the-list',
      off: 'another list with the number that the trust state names takes its place',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: 'if (number > wanted || listHash(list) === named.sha256) return undefined;',
      replace: 'if (number >= wanted) return undefined;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'are never another one of the number that the state names, or that is in force',
      },
    },
    {
      name: 'list-from-the-future',
      off: 'a list from the future makes every peer clock-untrusted until its time',
      file: 'packages/member/src/follow/accept-lists.ts',
      find: 'if (!isAhead(thisUpdate, now)) return undefined;',
      replace: 'if (!isAhead(thisUpdate, Number.MAX_SAFE_INTEGER)) return undefined;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title:
          'are never dated ahead of our clock by more than clocks may differ, and do not set the latest signed time then',
      },
    },
    {
      name: 'poisoned-file',
      off: 'a signed time from the future that an earlier run has written refuses everybody for ever',
      file: 'packages/member/src/state/signed-times.ts',
      find: 'return isAhead(written, known) ? known : written;',
      replace: 'return isAhead(written, Number.MAX_SAFE_INTEGER) ? known : written;',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title:
          'believes a signed time that it has written, and none that was ahead of the clock already then',
      },
    },
    {
      name: 'large-list',
      off: 'a list of any size is fetched',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: 'one.bytes > maxListBytes',
      replace: 'one.bytes < 0',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'are not fetched where they are larger than what is read',
      },
    },
    {
      name: 'again-and-again',
      off: 'a member fetches a list that it has with every trust state',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: 'if (hash === one.sha256 || (held?.crlNumber ?? -1n) > BigInt(one.number)) continue;',
      replace: 'if ((held?.crlNumber ?? -1n) > BigInt(one.number)) continue;',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'are not fetched again where we have them, and the authority hears which one we have',
      },
    },
    {
      name: 'strange-authority',
      off: 'an authority that none of our roots has certified brings lists in with a trust state',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: 'return decoded.ok && isOurs ? [decoded.value] : [];',
      replace: 'return decoded.ok || isOurs ? [(decoded as { value: Certificate }).value] : [];',
      test: {
        file: 'packages/member/test/revocation-lists.test.ts',
        title: 'are not those of an authority that none of our roots has certified',
      },
    },
    {
      name: 'older-than-the-state',
      off: 'a topology that is older than the trust state says comes into force',
      file: 'packages/member/src/follow/domain-follower.ts',
      find: 'if (version >= named.version) return',
      replace: 'if (version > 0) return',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'refuses a topology that is newer than its own and older than the state says',
      },
    },
    {
      name: 'list-for-outsiders',
      off: 'a list that nobody has signed says that our certificate is revoked',
      file: 'packages/member/src/follow/own-certificate-watch.ts',
      find: '.some((issuer) => isSignedBy(list, issuer))\n',
      replace: '.some((issuer) => isSignedBy(list, issuer) || true)\n',
      test: {
        file: 'packages/member/test/authority-failure.test.ts',
        title: 'believes no such list that its authority has not signed',
      },
    },
    {
      name: 'problems-of-an-older-authority',
      off: 'a server without problems sends what an authority of an earlier release refuses',
      file: 'packages/member/src/follow/problem-report.ts',
      find: 'if (problems.length === 0 && !this.#areKnown) return;',
      replace: '',
      test: {
        file: 'packages/member/test/trust-states.test.ts',
        title: 'says what is wrong with it, and once that nothing is any more',
      },
    },
  ],
};
