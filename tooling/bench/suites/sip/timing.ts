/**
 * How often each of several functions runs in a second. They take turns in slices of about half a millisecond, short
 * enough that a busy machine leaves many of them alone, and the best slice of each counts.
 *
 * @param seconds - For each function, of processor time: on a busy machine it then takes longer, and measures as well.
 */
export function perSecond<Name extends string>(
  runs: Readonly<Record<Name, () => unknown>>,
  seconds: number,
): Readonly<Record<Name, number>> {
  const contestants = (Object.entries(runs) as [Name, () => unknown][]).map(([name, run]) => {
    const warm = processorSeconds() + Math.min(seconds, 1);
    while (processorSeconds() < warm) for (let i = 0; i < 100; i++) run();
    // The best of some, or one interruption would make every slice of this function too short to warm the caches.
    let once = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10; i++) once = Math.min(once, microseconds(run, 100));
    const count = Math.max(1, Math.round(500 / once));
    return { name, run, count, best: Number.POSITIVE_INFINITY };
  });
  const end = processorSeconds() + seconds * contestants.length;
  do {
    for (const each of contestants) each.best = Math.min(each.best, microseconds(each.run, each.count));
  } while (processorSeconds() < end);
  return Object.fromEntries(contestants.map(({ name, best }) => [name, 1_000_000 / best])) as Record<
    Name,
    number
  >;
}

/** The mean time of one run, in microseconds. */
function microseconds(run: () => unknown, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return ((performance.now() - start) * 1_000) / count;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
