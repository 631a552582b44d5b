import { type BenchSuite, measured } from '../suite.ts';

export const suite: BenchSuite = {
  name: 'disturbed',
  run: () => ({
    results: [measured('relayed', 80, '/s')],
    invalid: [],
    disturbed: ['the generator had no core left'],
  }),
};
