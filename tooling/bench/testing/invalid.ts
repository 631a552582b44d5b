import { type BenchSuite, measured } from '../suite.ts';

/** Says itself that something went wrong in it. */
export const suite: BenchSuite = {
  name: 'invalid',
  run: () => ({ results: [measured('relayed', 1, '/s')], invalid: ['three transactions were lost'] }),
};
