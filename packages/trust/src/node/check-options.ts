import { isObject, isTexts, misuse } from '../misuse.ts';

const code = 'ENTENTE_BAD_STORE_OPTION';

/** What an option may be, in words, and how that is seen. */
export type OptionRule = readonly [wanted: string, fits: (value: unknown) => boolean];

export const aFunction: OptionRule = ['a function', (value) => typeof value === 'function'];
export const yesOrNo: OptionRule = ['true or false', (value) => typeof value === 'boolean'];
export const aText: OptionRule = ['a text', (value) => typeof value === 'string' && value !== ''];
export const texts: OptionRule = ['a list of texts', isTexts];
export const hosts: OptionRule = [
  'a list of host names, or a function that returns one',
  (value) => typeof value === 'function' || isTexts(value),
];
/** A timer of the platform has no longer time than this, and takes it as a millisecond. */
const longest = 2_147_483_647;
export const milliseconds: OptionRule = [
  'milliseconds above 0',
  (value) => typeof value === 'number' && value > 0 && value <= longest,
];
export const amount: OptionRule = ['a number from 0', (value) => typeof value === 'number' && value >= 0];
/** What is looked at elsewhere. */
export const anything: OptionRule = ['anything', () => true];

/**
 * Refuses options that there are not, and values that they cannot have: a misspelt limit would limit nothing, and JavaScript has no compiler that
 * finds it.
 *
 * @param given - what the caller passed
 * @param rules - one for each option
 * @param needed - options without which nothing can be done
 * @param of - whose options they are
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkOptions(
  given: unknown,
  rules: Readonly<Record<string, OptionRule>>,
  of: string,
  needed: readonly string[] = [],
): void {
  if (!isObject(given) || Array.isArray(given)) throw misuse(code, of, 'an object with options', given);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined)
    throw misuse(code, of, `only ${Object.keys(rules).join(', ')} as options`, unknown);
  for (const [name, [wanted, fits]] of Object.entries(rules)) {
    const value: unknown = Reflect.get(given, name);
    if (value === undefined && !needed.includes(name)) continue;
    if (!fits(value)) throw misuse(code, `${of}: ${name}`, wanted, value);
  }
}

/**
 * Refuses what is not a place of a store.
 *
 * @param location - as given
 * @param of - which function it is given to
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function checkLocation(location: unknown, of: string): void {
  if (typeof location === 'string' && location !== '') return;
  if (isObject(location) && typeof Reflect.get(location, 'pem') === 'string') return;
  throw misuse(code, `${of}: location`, 'a path, or a text as { pem }', location);
}
