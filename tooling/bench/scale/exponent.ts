import { fitPower } from '../statistics.ts';
import type { Bench } from '../suite.ts';

/** The cost of a transaction may not depend on how many there are of something. */
const flat = 0.1;

/**
 * How the cost grows: the exponent of what there are more of, with the interval that it is in. The aim is for the end of the interval that is
 * farther from 0: so few points that nothing can be said miss it.
 *
 * @param of - what there are more of
 * @param points - how many, and what a transaction costs then
 * @param aims - whether it has to be flat
 */
export function exponent(
  bench: Bench,
  of: string,
  points: readonly (readonly [number, number])[],
  { aims = false }: { readonly aims?: boolean } = {},
): void {
  const { margin, slope } = fitPower(points);
  const counts = points.map(([count]) => count);
  const range = `${Math.min(...counts)} to ${Math.max(...counts)}`;
  bench.figure(`exponent of the cost in the number of ${of}, ${range}`, slope, '');
  bench.figure('half of its 95 % confidence interval', margin, '');
  if (!aims) return;
  bench.figure('the farthest from 0 that it may be', Math.abs(slope) + margin, '', { aim: { atMost: flat } });
}
