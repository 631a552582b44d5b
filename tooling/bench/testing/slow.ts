import { type BenchSuite, measured } from '../suite.ts';

/** Valid, but misses its aim. */
export const suite: BenchSuite = {
  name: 'slow',
  run: () => ({ results: [measured('memory', 90, 'kB', { aim: { atMost: 70 } })], invalid: [] }),
};
