import type { Measurement } from '../load/clients.ts';
import { Bench, type Measure } from '../suite.ts';

/** What one measurement found, as far as judges look at it. */
export function measurement(
  serverMicros: number | undefined,
  invalid: readonly string[] = [],
  disturbed: readonly string[] = [],
): Measurement {
  const report = {
    completed: 1,
    refused: {},
    lost: 0,
    begun: 1,
    leftOut: 0,
    inDialogs: { sent: 0, succeeded: 0 },
    seconds: 1,
    generatorShare: 0.1,
    latencyMs: null,
  };
  return { ...report, perSecond: 1, serverMicros, invalid, disturbed };
}

/** A run that is short and silent. */
export function shortBench(): Bench {
  return new Bench({ seconds: 1, short: true, commit: false, write: undefined, log: () => undefined });
}

/** What a judge that measures nothing itself finds. */
export function judgedBy(judge: Measure): Bench {
  const bench = shortBench();
  void judge(bench);
  return bench;
}
