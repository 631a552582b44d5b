import { type BenchSuite, measured } from '../suite.ts';

export const suite: BenchSuite = {
  name: 'skipped',
  run: () => ({
    results: [measured('relayed', 80, '/s')],
    invalid: [],
    skipped: ['the other program is not installed'],
  }),
};
