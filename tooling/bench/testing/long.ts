import { type BenchSuite, measured } from '../suite.ts';

/** Takes too long for a short run of everything. */
export const suite: BenchSuite = {
  name: 'long',
  onlyNamedInShort: true,
  run: () => ({ results: [measured('relayed', 80, '/s')], invalid: [] }),
};
