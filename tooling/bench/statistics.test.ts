import { describe, expect, it } from 'vitest';
import { fitLine, fitPower, median, quantile } from './statistics.ts';

describe('a straight line through points', () => {
  it('has the slope of points that lie on one, without a margin', () => {
    const { margin, slope } = fitLine([
      [0, 1],
      [1, 3],
      [4, 9],
    ]);
    expect(slope).toBeCloseTo(2);
    expect(margin).toBeCloseTo(0);
  });

  it('has the margin of Student’s t: four points, 4.303 standard errors', () => {
    const { margin, slope } = fitLine([
      [0, 1],
      [1, -1],
      [2, -1],
      [3, 1],
    ]);
    expect(slope).toBeCloseTo(0);
    expect(margin).toBeCloseTo(4.303 * Math.sqrt(4 / 2 / 5));
  });

  it('needs three points', () => {
    expect(() =>
      fitLine([
        [0, 1],
        [1, 3],
      ]),
    ).toThrow(RangeError);
  });
});

describe('a power', () => {
  it('has the exponent: 1 for what is in proportion, 0 for what stays the same', () => {
    const over = (of: (x: number) => number) =>
      fitPower([10, 100, 1_000].map((x) => [x, of(x)] as const)).slope;
    expect(over((x) => 5 * x)).toBeCloseTo(1);
    expect(over(() => 7)).toBeCloseTo(0);
    expect(over((x) => Math.sqrt(x))).toBeCloseTo(0.5);
  });
});

describe('values in any order', () => {
  it('have a middle, or what lies between the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('have shares', () => {
    expect([quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 0.99), quantile([], 0.5)]).toEqual([2, 3, 0]);
  });
});
