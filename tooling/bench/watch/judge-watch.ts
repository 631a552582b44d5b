import { type Measurement, quietest } from '../load/clients.ts';
import { median } from '../statistics.ts';
import type { Bench } from '../suite.ts';
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
 * the quietest turn of each counts, because what else runs on the machine only ever adds, and of the rounds the median. There is an aim only
 * where a figure of the same kind of machine is committed.
 *
 * @returns the median
 */
export function judgeWatch(bench: Bench, { rounds, machine, committed }: Watched): number {
  const ratios = rounds.map(({ bare, front }, i) => {
    for (const { invalid } of [...bare, ...front]) bench.invalid.push(...invalid);
    bench.figure(`round ${i + 1}: a MESSAGE and its 200 through the front end`, quietest(front), 'µs', {
      against: { what: 'bare relay', value: quietest(bare) },
    });
    return quietest(front) / quietest(bare);
  });
  const what = `processor time for a MESSAGE and its 200, median of ${ratios.length} rounds`;
  if (committed === undefined) bench.skipped.push(notCompared(machine));
  const compared = committed && {
    against: { what: `the figure of ${committed.date} for ${machine}`, value: committed.ratio },
    aim: { ratioAtMost: mostDearer },
  };
  return bench.figure(what, median(ratios), '× bare relay', compared).value;
}

/** Why a run is measured again: neighbours on a shared machine add to a measurement and come and go, a change of the code stays. */
export function dearer({ results }: Bench): readonly string[] {
  return results.every(({ ok }) => ok) ? [] : ['dearer than the committed figure'];
}

function notCompared(machine: string): string {
  return `no figure is committed for ${machine}: not compared. To commit one, on a machine of this kind with nothing else to do: pnpm bench watch --commit`;
}
