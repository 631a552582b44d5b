import { cpuMicros } from './process/processor-time.ts';
import { quantile } from './statistics.ts';

/** Contestants in the order of a round: the one that comes first changes with the round, so that what else the machine does weighs on all alike. */
export function inTurn<Contestant>(contestants: readonly Contestant[], round: number): readonly Contestant[] {
  return round % 2 === 0 ? contestants : contestants.toReversed();
}

/** How long functions are measured. */
export interface TurnOptions {
  /** For each function, of processor time. */
  readonly seconds: number;
  /** Of one turn. */
  readonly sliceMs: number;
  /** For each, before it counts: a server compiles its hot paths in its first seconds, and lives for months. */
  readonly warmSeconds: number;
  /** Which of its turns counts: this share of them was quicker, for noise only ever adds. */
  readonly share: number;
}

/**
 * What one call of each of several functions costs, in microseconds of this process' processor time: not what other processes do in between.
 * They take turns, so that a busy machine hurts all of them.
 */
export function microsInTurns<Name extends string>(
  runs: Readonly<Record<Name, () => unknown>>,
  { seconds, share, sliceMs, warmSeconds }: TurnOptions,
): Readonly<Record<Name, number>> {
  const contestants = (Object.entries(runs) as [Name, () => unknown][]).map(([name, run]) => {
    const begun = cpuMicros();
    let calls = 0;
    while (cpuMicros() - begun < warmSeconds * 1e6) for (let i = 0; i < 10; i++, calls++) run();
    const count = Math.max(1, Math.round((sliceMs * 1_000 * calls) / (cpuMicros() - begun)));
    return { name, run, count, micros: [] as number[] };
  });
  const rounds = Math.max(1, Math.round((seconds * 1_000) / sliceMs));
  for (let round = 0; round < rounds; round++)
    for (const { count, micros, run } of inTurn(contestants, round)) {
      const begun = cpuMicros();
      for (let i = 0; i < count; i++) run();
      micros.push((cpuMicros() - begun) / count);
    }
  const found = contestants.map(({ name, micros }) => [name, quantile(micros, share)] as const);
  return Object.fromEntries(found) as Record<Name, number>;
}
