import type { BenchOutcome } from '../suite.ts';

/** What is invalid or disturbed this many times in a row stays so. */
const mostTimes = 3;

/**
 * Measures again what was invalid or disturbed: what else a machine does comes and goes within seconds.
 *
 * @param measure - one measurement
 * @param log - told why it is repeated
 * @param mayRepeat - asked before that; default always
 */
export async function repeatWhileInvalid<Outcome extends Pick<BenchOutcome, 'invalid' | 'disturbed'>>(
  measure: () => Promise<Outcome>,
  log: (line: string) => void,
  mayRepeat: () => boolean = () => true,
): Promise<Outcome> {
  for (let time = 1; ; time += 1) {
    const outcome = await measure();
    const why = [...outcome.invalid, ...(outcome.disturbed ?? [])];
    if (time === mostTimes || why.length === 0 || !mayRepeat()) return outcome;
    log(`  invalid, ${time} of ${mostTimes} times, and measured again: ${why.join('; ')}`);
  }
}
