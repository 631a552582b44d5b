import { TlsFault } from './fault.ts';

/** Least and greatest value of each setting. */
export type Ranges<K extends string> = Readonly<Record<K, { readonly least: number; readonly most: number }>>;

/**
 * Refuses settings outside their ranges: a limit that is not a number would be no limit at all.
 *
 * @param settings - by name; a setting that is undefined has its default
 * @param ranges - of every setting
 * @param placeOf - where the caller gave a setting, for the fault
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function checkRanges<K extends string>(
  settings: Partial<Readonly<Record<K, number | undefined>>>,
  ranges: Ranges<K>,
  placeOf: (name: K) => string,
): void {
  for (const name of Object.keys(ranges) as K[]) {
    const value = settings[name];
    const { least, most } = ranges[name];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw new TlsFault('ENTENTE_OPTION_INVALID', {
      sentence: `expected a whole number from ${least} to ${most}, found ${value}`,
      place: placeOf(name),
      remedy: 'give a number in this range, or leave the default',
    });
  }
}
