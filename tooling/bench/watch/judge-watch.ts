import type { Measurement } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, measured } from '../suite.ts';
import type { WatchFigure } from './figures.ts';

/** How much dearer than the committed figure a transaction may be. Medians of one state on a shared machine differed by up to 1.12. */
export const mostDearer = 1.15;

/** In turns, within the same seconds. */
export interface WatchRound {
  readonly bare: readonly Measurement[];
  readonly front: readonly Measurement[];
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
 * Judges what a MESSAGE and its 200 cost the front end, in units of what they cost the bare relay in the same round. Of a round
 * the quietest turn of each counts, because what else runs on the machine only ever adds, and of the rounds the median.
 *
 * @returns an aim only where a figure of the same kind of machine is committed
 */
export function judgeWatch({ rounds, machine, committed }: Watched): BenchOutcome {
  const invalid = rounds.flatMap(({ bare, front }) => [...bare, ...front].flatMap(({ invalid }) => invalid));
  const costs = rounds.map(({ bare, front }) => ({ bare: quietest(bare), front: quietest(front) }));
  const ratios = costs.map(({ bare, front }) => front / bare);
  if (ratios.length === 0 || !ratios.every(Number.isFinite)) {
    return {
      results: [],
      invalid: [...invalid, 'this platform does not tell the processor time of a process'],
    };
  }
  const each = costs.map(({ bare, front }, i) =>
    measured(`round ${i + 1}: a MESSAGE and its 200 through the front end`, front, 'µs', {
      against: { what: 'bare relay', value: bare },
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

function quietest(turns: readonly Measurement[]): number {
  return Math.min(...turns.map(({ serverMicros = Number.NaN }) => serverMicros));
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
