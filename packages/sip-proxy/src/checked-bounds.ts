import { SipArgumentError } from '@entente/sip';

/**
 * Looks at bounds: a misspelt one would be left at its default, and one that is not a number would bound nothing.
 *
 * @param given - what the caller passed
 * @param names - of the bounds that there are
 * @param of - whose bounds they are
 * @returns those that are set
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkedBounds<T extends object>(given: T, names: readonly string[], of: string): T {
  const place = `options of ${of}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SipArgumentError(
      'expected an object with bounds, found something else',
      place,
      `give some of ${names.join(', ')}`,
    );
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (!names.includes(name))
      throw new SipArgumentError(
        `expected only bounds that there are, found ${JSON.stringify(name.slice(0, 60))}`,
        place,
        `correct the name, or leave it out; there are ${names.join(', ')}`,
      );
    if (typeof value !== 'number' || !(value >= 0))
      throw new SipArgumentError(
        `expected ${name} to be a number from 0, found ${typeof value === 'number' ? value : typeof value}`,
        `${name} of ${of}`,
        'give a number, or leave the default',
      );
  }
  return Object.fromEntries(set) as T;
}
