import { type BenchSuite, measured } from '../suite.ts';

/** Runs only where it is named, and takes an option. */
export const suite: BenchSuite = {
  name: 'named',
  onlyNamed: true,
  takes: ['write'],
  parts: ['one', 'other'],
  run: ({ part = 'all', write }) => ({
    results: [measured(`${part} written to ${write}`, 80, '/s')],
    invalid: [],
  }),
};
