import { OperatorFault } from '@entente/host';

/** Milliseconds of each unit. */
const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** What a duration on the command line may be. */
export interface DurationRule {
  /** E.g. `--timeout`. */
  readonly option: string;
  /** The shortest, e.g. `1s`; longer ones are whole multiples of it. */
  readonly from: string;
  /** The longest. */
  readonly to: string;
}

/**
 * A duration on the command line: a whole number with its unit, `500ms`, `2s`, `10m` or `1h`. A number alone counts seconds, for every option.
 * @returns milliseconds
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readDuration(text: string, { from, option, to }: DurationRule): number {
  const found = millisecondsOf(text);
  const shortest = millisecondsOf(from);
  if (found >= shortest && found <= millisecondsOf(to) && found % shortest === 0) return found;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a duration from ${from} to ${to}, found ${text}`,
    place: `option ${option}`,
    remedy: 'give a whole number with its unit, e.g. 500ms, 2s, 10m or 1h; a number alone counts seconds',
  });
}

/** NaN where it is none. */
function millisecondsOf(text: string): number {
  const [, digits, unit = 's'] = /^([0-9]{1,9})(ms|s|m|h)?$/.exec(text) ?? [];
  return Number(digits) * units[unit as keyof typeof units];
}
