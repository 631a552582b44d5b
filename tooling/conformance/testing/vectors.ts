import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ConformanceSuite, tally } from '../suite.ts';

/** Needs a file of the vectors and fails one case. */
export const suite: ConformanceSuite = {
  name: 'vectors',
  needs: ['README.md'],
  run: ({ vectors }) => {
    const there = String(existsSync(join(vectors, 'README.md')));
    return tally('vectors', [
      { id: 'there', expected: 'true', actual: there },
      { id: 'wrong', expected: 'refused', actual: 'accepted' },
    ]);
  },
};
