import type { BenchOutcome } from '../suite.ts';

/** What is dearer this many times in a row is dearer. */
export const mostTimes = 3;

/**
 * Measures again what was found dearer: neighbours on a shared machine add to a measurement and come and go, a change of the code stays.
 *
 * @param measure - one whole measurement, with its verdict
 * @param log - told before it is repeated
 */
export async function repeatWhileDearer(
  measure: () => Promise<BenchOutcome>,
  log: (line: string) => void,
): Promise<BenchOutcome> {
  for (let time = 1; ; time += 1) {
    const outcome = await measure();
    if (time === mostTimes || outcome.results.every(({ ok }) => ok)) return outcome;
    log(`  dearer than the committed figure, ${time} of ${mostTimes} times: measured again …`);
  }
}
