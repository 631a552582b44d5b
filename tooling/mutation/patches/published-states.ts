import type { PatchList } from '../patch.ts';

/** What the authority says is in force, to whom, and what it keeps of the answers. */
export const patches: PatchList = {
  name: 'published-states',
  list: [
    {
      name: 'certificates-of-a-state',
      off: 'with many authorities a state has more certificates than any member reads',
      file: 'packages/authority/src/trust-state/state-chain.ts',
      find: '.slice(0, maxStateCertificates)',
      replace: '',
      test: {
        file: 'packages/authority/src/trust-state/state-chain.test.ts',
        title: 'are no more than members read, however many authorities live',
      },
    },
    {
      name: 'sequence-in-memory',
      off: 'the authority uses numbers of trust states that are not reserved on disk, so they go back when it is killed',
      file: 'packages/authority/src/trust-state/state-sequence.ts',
      find: 'this.#reserved = reserved;\n    }\n    this.#last = number;',
      replace: 'this.#reserved = reserved + 1_000;\n    }\n    this.#last = number;',
      test: {
        file: 'packages/authority/src/trust-state/state-sequence.test.ts',
        title: 'gives no number twice, whatever its clock says and whenever it was killed',
      },
    },
    {
      name: 'sequence-of-a-copy',
      off: 'an authority that was restored from a copy gives numbers that members refuse',
      file: 'packages/authority/src/trust-state/state-sequence.ts',
      find: 'Math.max(this.#last + 1, Math.floor(this.#now()))',
      replace: 'this.#last + 1 + 0 * this.#now()',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'never has a lower sequence, also after a restart, and after a copy of the files was restored',
      },
    },
    {
      name: 'state-for-anyone',
      off: 'the trust state is served to anyone',
      file: 'packages/authority/src/routes/trust-state-routes.ts',
      find: "const refused = guard('member', c.env.caller);\n    if (refused !== undefined) return refused;\n    const { current, untold }",
      replace: 'const { current, untold }',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'is for members, and there is none before the first topology',
      },
    },
    {
      name: 'state-key-for-servers',
      off: 'a server gets a certificate for trust states',
      file: 'packages/authority/src/trust-state/state-key.ts',
      find: 'if (isSelf && request.subject === stateSubject) {',
      replace: "if (requester.kind === 'server' || isSelf) {",
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'has a certificate that the authority gives itself alone',
      },
    },
    {
      name: 'revoked-state-key',
      off: 'the authority goes on signing with a key whose certificate is revoked',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: 'const useless = await isUseless(serialHex);',
      replace: "const useless = serialHex === '' && (await isUseless(serialHex));",
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'has another key at once where the certificate of its key is revoked',
      },
    },
    {
      name: 'format-nobody-reads',
      off: 'a topology is published in a format that servers do not read, which they then refuse for ever',
      file: 'packages/authority/src/routes/topology-routes.ts',
      find: 'return format === undefined || behind.length === 0 ?',
      replace: 'return format === undefined || behind.length < 99 ?',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'does not name a topology that a member has not said it reads',
      },
    },
    {
      name: 'standing-of-strangers',
      off: 'the authority keeps what servers say that no topology lists any more',
      file: 'packages/authority/src/standing/member-standings.ts',
      find: 'if (topology?.servers.has(known) !== true) kept.delete(known);',
      replace: 'if (topology?.servers.has(known) === false && known === server) kept.delete(known);',
      test: {
        file: 'packages/authority/src/standing/member-standings.test.ts',
        title: 'is kept for servers of the topology, with the time, and forgotten with them',
      },
    },
    {
      name: 'problems-without-end',
      off: 'what was wrong with a server that is silent since is shown for ever',
      file: 'packages/authority/src/standing/member-standings.ts',
      find: 'reported === undefined || this.#now() - reported.at > problemsEndMs ? [] :',
      replace: 'reported === undefined ? [] :',
      test: {
        file: 'packages/authority/src/standing/member-standings.test.ts',
        title:
          'the authority has the problems of a server until it has none, or has not repeated them for three minutes',
      },
    },
    {
      name: 'problems-on-a-terminal',
      off: 'a server that was taken over writes to the terminal of an administrator',
      file: 'packages/topology/src/trust-state/member-problems.ts',
      find: '.regex(/^[^\\p{Cc}\\p{Cf}\\p{Cs}]*$/u)',
      replace: '.regex(/^/u)',
      test: {
        file: 'packages/topology/test/member-problems.test.ts',
        title: 'have no control character, which would write to the terminal of an administrator',
      },
    },
    {
      name: 'certificates-of-all-issuers',
      off: 'a member that knows one issuing authority alone refuses each trust state while another one is prepared',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: 'stateChain(this.#key.chain, issuers())',
      replace: 'this.#key.chain',
      test: {
        file: 'packages/authority/test/ten-years.test.ts',
        title: 'refuse no member, no administrator and not the authority at any step',
      },
    },
    {
      name: 'liar-silences',
      off: 'one server that says a number which is not true silences what all others know',
      file: 'packages/authority/src/standing/behind-watch.ts',
      find: 'if (numbers.has(number) || servers.has(server)) return false;',
      replace: 'if (numbers.size > 0) return false;',
      test: {
        file: 'packages/authority/src/standing/behind-watch.test.ts',
        title: 'hears of it also after one server has said a number that is not true',
      },
    },
    {
      name: 'lines-of-one-server',
      off: 'one server fills the log of the authority with numbers that are not true',
      file: 'packages/authority/src/standing/behind-watch.ts',
      find: 'if (numbers.has(number) || servers.has(server)) return false;',
      replace: 'if (numbers.has(number)) return false;',
      test: {
        file: 'packages/authority/src/standing/behind-watch.test.ts',
        title: 'hears of it from each server once, so that none fills the log',
      },
    },
  ],
};
