import { type BenchSuite, measured } from '../suite.ts';

/** Says itself that its figure proves nothing. */
export const suite: BenchSuite = {
  name: 'invalid',
  run: () => ({ results: [measured('relayed', 1, '/s')], invalid: ['the generator used 99 % of its core'] }),
};
