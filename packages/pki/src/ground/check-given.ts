import { badArgument, unlike } from './given.ts';

/** What an argument may be, in words, and how that is seen. */
export type Given = readonly [wanted: string, fits: (value: unknown) => boolean];

/** The same, or nothing. */
export const maybe = ([wanted, fits]: Given): Given => [
  wanted,
  (value) => value === undefined || fits(value),
];

/**
 * Looks at options, names and values.
 * @param given - what the caller passed
 * @param kinds - what each may be
 * @param of - the function whose options they are
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkGiven(given: object, kinds: Readonly<Record<string, Given>>, of: string): void {
  checkNames(given, Object.keys(kinds), of);
  for (const [name, [wanted, fits]] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(given, name);
    if (!fits(value)) throw unlike(value, wanted, `${name} of ${of}`);
  }
}

/**
 * Looks at the names of options: one that is misspelt, as the limits of a root, would be left out without a word, and JavaScript has no compiler.
 * @param given - what the caller passed
 * @param names - that there are
 * @param of - the function whose options they are
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkNames(given: unknown, names: readonly string[], of: string): void {
  const there = `there are ${names.join(', ')}`;
  const place = `options of ${of}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badArgument('an object with options, found something else', place, `give an object; ${there}`);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw badArgument(
      `options of ${of}, found ${JSON.stringify(unknown.slice(0, 60))}`,
      place,
      `correct the name, or leave it out; ${there}`,
    );
}
