import type { Bench } from '../suite.ts';
import { type Measurement, quietest } from './clients.ts';

/** How many partners the topology has, with few and with many. */
export const partnerCounts = { few: 10, many: 10_000 } as const;

/** The measurements of one run, in rounds. */
export interface Rounds {
  readonly front: Measurement[];
  readonly few: Measurement[];
  readonly many: Measurement[];
}

/**
 * Compares front end and edge by their quietest round: what else runs on the machine only ever adds.
 *
 * @param rounds - all of one run
 */
export function judgeEdge(bench: Bench, rounds: Rounds): void {
  bench.count(...Object.values(rounds).flat());
  const [front, few, many] = [quietest(rounds.front), quietest(rounds.few), quietest(rounds.many)];
  const edgeWith = (which: keyof typeof partnerCounts): string =>
    `edge with ${partnerCounts[which].toLocaleString('en')} partners`;
  const perTransaction = 'processor time per transaction';
  bench.figure(`MESSAGE + 200 through the ${edgeWith('many')}, whole core`, 1e6 / many, '/s', {
    against: { what: 'front end, whole core', value: 1e6 / front },
    aim: { ratioAtLeast: 0.7 },
  });
  bench.figure(`${perTransaction}, ${edgeWith('many')}`, many, 'µs', {
    against: { what: edgeWith('few'), value: few },
    aim: { ratioAtMost: 1.05 },
  });
  bench.figure(`${perTransaction}, ${edgeWith('few')}`, few, 'µs', {
    against: { what: edgeWith('many'), value: many },
    aim: { ratioAtMost: 1.05 },
  });
  bench.figure(`${perTransaction}, front end`, front, 'µs');
}
