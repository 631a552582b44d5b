import { type BenchSuite, measured } from '../suite.ts';

/** Runs only where it is named, and takes an option. */
export const suite: BenchSuite = {
  name: 'named',
  onlyNamed: true,
  takes: ['write'],
  run: ({ write }) => ({ results: [measured(`written to ${write}`, 80, '/s')], invalid: [] }),
};
