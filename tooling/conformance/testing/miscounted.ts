import type { ConformanceSuite } from '../suite.ts';

/** Claims more than it counts. */
export const suite: ConformanceSuite = {
  name: 'miscounted',
  needs: [],
  run: () => ({
    suite: 'miscounted',
    total: 9,
    passed: 3,
    failed: 0,
    skipped: 0,
    exceptions: [],
    failures: [],
  }),
};
