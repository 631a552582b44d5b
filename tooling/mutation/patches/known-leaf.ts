import type { MutationPatch, PatchList } from '../patch.ts';

const verdictMaker = 'packages/trust/src/judge/verdict-maker.ts';
const knownLeaves = 'packages/trust/src/judge/known-leaves.ts';

const verdict = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/test/known-leaf.test.ts',
  title,
});
const memory = (title: string): MutationPatch['test'] => ({
  file: 'packages/trust/src/judge/known-leaves.test.ts',
  title,
});

/** What a judge may remember of a leaf that it has accepted. */
export const patches: PatchList = {
  name: 'known-leaf',
  list: [
    {
      name: 'memory-of-the-caller',
      off: 'what is remembered of a leaf lies in memory that somebody else writes to',
      file: verdictMaker,
      find: 'decodeCertificate(new Uint8Array(first))',
      replace: 'decodeCertificate(first)',
      test: verdict('is not changed by what its caller writes into the same memory later'),
    },
    {
      name: 'refused',
      off: 'peers that are refused push out what is known of those that are accepted',
      file: verdictMaker,
      find: 'if (isNew && verdict.trusted)',
      replace: 'if (isNew)',
      test: verdict('costs one check as long as it is accepted nowhere'),
    },
    {
      name: 'another-issuer',
      off: 'a leaf that one issuer has signed counts below every other one of that name',
      file: 'packages/trust/src/judge/find-path.ts',
      find: 'if (leaf.above !== above) {',
      replace: 'if (leaf.above === undefined) {',
      test: verdict('is refused below an issuer of the same name whose key has not signed it'),
    },
    {
      name: 'links',
      off: 'time, purpose and the limits of the anchor count for the first connection of a leaf alone',
      file: 'packages/trust/src/judge/find-path.ts',
      find: '    checkForLink(leaf.chain, above, context);\n',
      replace: '',
      test: verdict('is refused from its expiry on'),
    },
    {
      name: 'any-number',
      off: 'every leaf that was ever accepted is kept',
      file: knownLeaves,
      find: 'this.#younger.size >= mostLeaves ||',
      replace: 'mostLeaves < 0 ||',
      test: memory('is kept for the last 511 leaves at least, for 1,024 at most'),
    },
    {
      name: 'any-size',
      off: 'certificates of any size are kept',
      file: knownLeaves,
      find: 'if (der.length <= mostBytesOfLeaf) this',
      replace: 'if (mostBytesOfLeaf > 0) this',
      test: memory('is not kept of a leaf of more than 16,384 octets'),
    },
  ],
};
