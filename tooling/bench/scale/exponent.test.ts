import { expect, it } from 'vitest';
import { judgedBy } from '../testing/measurement.ts';
import { exponent } from './exponent.ts';

const counts = [10, 100, 1_000, 10_000];
const fitted = (points: readonly (readonly [number, number])[], options?: { readonly aims: true }) =>
  judgedBy((bench) => exponent(bench, 'connections', points, options)).results;
const isFlat = (micros: (count: number) => number) =>
  fitted(
    counts.map((count) => [count, micros(count)] as const),
    { aims: true },
  ).every(({ ok }) => ok);

it('is flat where the cost stays the same, and not where it grows with the power of 0.2, or falls with it', () => {
  expect(isFlat(() => 50)).toBe(true);
  expect(isFlat((count) => count ** 0.05)).toBe(true);
  expect(isFlat((count) => count ** 0.2)).toBe(false);
  expect(isFlat((count) => count ** -0.2)).toBe(false);
});

it('is not flat where the interval goes beyond, however small the slope is', () => {
  expect(isFlat((count) => (count === 100 || count === 1_000 ? 30 : 60))).toBe(false);
});

it('has no aim where it only stands beside another one', () => {
  expect(
    fitted([
      [1, 1],
      [2, 4],
      [4, 16],
    ]).every(({ aim }) => aim === null),
  ).toBe(true);
});
