import { describe, expect, it } from 'vitest';
import { stolenMs, waitedMs } from './held-up.ts';

describe('what a server was not given', () => {
  it('is what its thread waited for the processor', () => {
    expect(waitedMs('1500000000 250000000 42\n')).toBe(250);
  });

  it('is what other machines had of its core, and of no other one', () => {
    const stat =
      'cpu  9 9 9 9 9 9 9 99 0 0\ncpu0 1 2 3 4 5 6 7 80 0 0\ncpu1 1 2 3 4 5 6 7 3 0 0\ncpu10 1 2 3 4 5 6 7 5 0 0\n';
    expect([0, 1, 10, 2].map((core) => stolenMs(stat, core))).toEqual([800, 30, 50, 0]);
  });
});
