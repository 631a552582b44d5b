import type { BenchOutcome } from '../suite.ts';

/** What is invalid this many times in a row is invalid. */
const mostTimes = 3;

/**
 * Measures again what was invalid: what else a machine does comes and goes within seconds.
 *
 * @param measure - one whole measurement
 * @param log - told why it is repeated
 * @param mayRepeat - asked before that; default always
 */
export async function repeatWhileInvalid(
  measure: () => Promise<BenchOutcome>,
  log: (line: string) => void,
  mayRepeat: () => boolean = () => true,
): Promise<BenchOutcome> {
  for (let time = 1; ; time += 1) {
    const outcome = await measure();
    if (time === mostTimes || outcome.invalid.length === 0 || !mayRepeat()) return outcome;
    log(`  invalid, ${time} of ${mostTimes} times, and measured again: ${outcome.invalid.join('; ')}`);
  }
}
