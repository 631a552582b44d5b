import { checkNames } from './check-given.ts';
import { badArgument, unlike } from './given.ts';

/**
 * Looks at the names of options before anything is signed: one that is misspelt, as the limits of a root, would be left out without a word,
 * and JavaScript has no compiler.
 * @param given - what the caller passed
 * @param needed - options without which nothing can be done
 * @param others - options that may be missing
 * @param of - the function whose options they are
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkOptions<T extends object>(
  given: T,
  needed: readonly (keyof T & string)[],
  others: readonly (keyof T & string)[],
  of: string,
): void {
  const names = [...needed, ...others];
  checkNames(given, names, of);
  const missing = needed.find((name) => given[name] === undefined || given[name] === null);
  if (missing !== undefined)
    throw badArgument(
      `the option ${missing}, found none`,
      `${missing} of ${of}`,
      `give ${missing}; there are ${names.join(', ')}`,
    );
}

/**
 * Looks at a number: a Date, or a text, would be encoded as a time that nobody can read.
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkMilliseconds(value: unknown, name: string): void {
  if (!Number.isFinite(value)) throw unlike(value, 'milliseconds, as Date.now() returns', name);
}
