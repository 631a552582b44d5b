/**
 * How often a function runs in a second: the best of many short slices, so that what else the machine does between them
 * does not count.
 *
 * @param seconds - For all slices together.
 */
export function perSecond(run: () => unknown, seconds: number): number {
  const warm = performance.now() + Math.min(seconds * 250, 400);
  while (performance.now() < warm) for (let i = 0; i < 100; i++) run();
  const once = microseconds(run, 100);
  // About two milliseconds a slice.
  const count = Math.max(1, Math.round(2_000 / once));
  const end = performance.now() + seconds * 1_000;
  let best = Number.POSITIVE_INFINITY;
  do best = Math.min(best, microseconds(run, count));
  while (performance.now() < end);
  return 1_000_000 / best;
}

/** The mean time of one run, in microseconds. */
function microseconds(run: () => unknown, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return ((performance.now() - start) * 1_000) / count;
}
