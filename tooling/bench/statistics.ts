/** A straight line through points, and how far its slope is known. */
export interface FittedLine {
  readonly slope: number;
  /** Half of the 95 % confidence interval of the slope. */
  readonly margin: number;
}

/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/**
 * Fits a straight line by least squares.
 *
 * @param points - three or more, not all at the same x
 * @throws RangeError where there are fewer
 */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): FittedLine {
  const count = points.length;
  const meanX = sum(points.map(([x]) => x)) / count;
  const meanY = sum(points.map(([, y]) => y)) / count;
  const squares = sum(points.map(([x]) => (x - meanX) ** 2));
  if (count < 3 || squares === 0) throw new RangeError('a line with a margin needs three points or more');
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / squares;
  const left = sum(points.map(([x, y]) => (y - meanY - slope * (x - meanX)) ** 2));
  const quantile = quantiles[count - 3] ?? 1.96;
  return { slope, margin: quantile * Math.sqrt(left / (count - 2) / squares) };
}

/**
 * Fits a power of x: y = c · x^slope. What is in proportion has 1, what stays the same has 0.
 *
 * @param points - three or more, of positive numbers
 * @throws RangeError where there are fewer
 */
export function fitPower(points: readonly (readonly [x: number, y: number])[]): FittedLine {
  return fitLine(points.map(([x, y]) => [Math.log(x), Math.log(y)] as const));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A share of values in any order; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** The middle one; between the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
}
