import { describe, expect, it } from 'vitest';
import { fitLine, fitPower } from './fit-line.ts';

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
