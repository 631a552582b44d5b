import { type ConformanceSuite, tally } from '../suite.ts';

/** Brings its own cases; one is excused. */
export const suite: ConformanceSuite = {
  name: 'sums',
  needs: [],
  run: () =>
    tally(
      'sums',
      [
        { id: 'one', expected: '2', actual: '2' },
        { id: 'two', expected: '4', actual: '5' },
      ],
      [{ id: 'two', expected: '4', actual: '5', reason: 'five is right here' }],
    ),
};
