import type { Measurement } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, measured } from '../suite.ts';
import type { WatchFigure } from './figures.ts';

/** How much dearer than the committed figure a transaction may be. What two runs on a shared machine differ by is less. */
export const mostDearer = 1.15;

/** One after the other, in the same minute. */
export interface WatchRound {
  readonly bare: Measurement;
  readonly front: Measurement;
}

/** What was found, and what it is compared with. */
export interface Watched {
  readonly rounds: readonly WatchRound[];
  /** As {@link machineKey} names it. */
  readonly machine: string;
  /** Of a machine of the same kind; undefined: none is committed. */
  readonly committed: WatchFigure | undefined;
}

/**
 * Judges what a MESSAGE and its 200 cost the front end, in units of what they cost the bare relay in the same round. The median counts:
 * one round that something else on the machine has disturbed, in either direction, decides nothing.
 *
 * @returns an aim only where a figure of the same kind of machine is committed
 */
export function judgeWatch({ rounds, machine, committed }: Watched): BenchOutcome {
  const invalid = rounds.flatMap(({ bare, front }) => [bare, front].flatMap(unlessItsGenerator));
  const ratios = rounds.map(
    ({ bare, front }) => (front.serverMicros ?? Number.NaN) / (bare.serverMicros ?? 0),
  );
  if (ratios.length === 0 || !ratios.every(Number.isFinite)) {
    return {
      results: [],
      invalid: [...invalid, 'this platform does not tell the processor time of a process'],
    };
  }
  const each = rounds.map(({ bare, front }, i) =>
    measured(`round ${i + 1}: a MESSAGE and its 200 through the front end`, front.serverMicros ?? 0, 'µs', {
      against: { what: 'bare relay', value: bare.serverMicros ?? 0 },
    }),
  );
  const what = `processor time for a MESSAGE and its 200, median of ${ratios.length} rounds`;
  const row = (compare?: Parameters<typeof measured>[3]): BenchResult =>
    measured(what, median(ratios), '× bare relay', compare);
  if (committed === undefined) {
    return { results: [...each, row()], invalid, skipped: [notCompared(machine)] };
  }
  const against = { what: `the figure of ${committed.date} for ${machine}`, value: committed.ratio };
  return { results: [...each, row({ against, aim: { ratioAtMost: mostDearer } })], invalid };
}

/** The middle one; between the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
}

function notCompared(machine: string): string {
  return `no figure is committed for ${machine}: not compared. To commit one, on a machine of this kind with nothing else to do: pnpm bench watch --commit`;
}

/** What a transaction costs the server is known even where the generator could not have sent more of them. */
function unlessItsGenerator({ invalid }: Measurement): readonly string[] {
  return invalid.filter((reason) => !reason.includes('the generator used'));
}
