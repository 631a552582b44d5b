import { type BenchSuite, measured } from '../suite.ts';

export const suite: BenchSuite = {
  name: 'fine',
  run: () => ({
    results: [
      measured('relayed', 80, '/s', { against: { what: 'bare', value: 100 }, aim: { ratioAtLeast: 0.75 } }),
    ],
    invalid: [],
  }),
};
