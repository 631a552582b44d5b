import { SipArgumentError } from '@entente/sip';

/**
 * Looks at bounds once, as they are given: one that is misspelt or not a number would bound nothing.
 * @param given - what the caller passed
 * @param defaults - with each bound that there is
 * @param of - whose bounds they are
 * @returns all of them; those that are undefined by default
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkedRules<T extends object>(given: T, defaults: T, of: string): T {
  const place = `options of ${of}`;
  const names = Object.keys(defaults);
  const there = `there are ${names.join(', ')}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new SipArgumentError('expected an object with bounds, found something else', place, there);
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (!names.includes(name))
      throw new SipArgumentError(
        `expected only bounds that there are, found ${JSON.stringify(name.slice(0, 60))}`,
        place,
        `correct the name, or leave it out; ${there}`,
      );
    if (typeof value !== 'number' || !(value >= 0))
      throw new SipArgumentError(
        `expected ${name} to be a number from 0, found ${typeof value === 'number' ? value : typeof value}`,
        `${name} of ${of}`,
        'give a number, or leave the default',
      );
  }
  return { ...defaults, ...(Object.fromEntries(set) as Partial<T>) };
}
