/**
 * How often each of several functions runs in a second. They take turns in slices of about two milliseconds, and the best
 * slice of each counts: what else the machine does weighs on all of them alike, and least on the best slices.
 *
 * @param seconds - For each function, of processor time: on a busy machine it then takes longer, and measures as well.
 */
export function perSecond<Name extends string>(
  runs: Readonly<Record<Name, () => unknown>>,
  seconds: number,
): Readonly<Record<Name, number>> {
  const contestants = (Object.entries(runs) as [Name, () => unknown][]).map(([name, run]) => {
    const warm = processorSeconds() + Math.min(seconds / 4, 0.4);
    while (processorSeconds() < warm) for (let i = 0; i < 100; i++) run();
    const count = Math.max(1, Math.round(2_000 / microseconds(run, 100)));
    return { name, run, count, best: Number.POSITIVE_INFINITY };
  });
  const end = processorSeconds() + seconds * contestants.length;
  do {
    for (const each of contestants) each.best = Math.min(each.best, microseconds(each.run, each.count));
  } while (performance.now() < end);
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
