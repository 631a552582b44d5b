import { type ConformanceSuite, tally } from '../suite.ts';

/** Has no case at all. */
export const suite: ConformanceSuite = { name: 'empty', needs: [], run: () => tally('empty', []) };
