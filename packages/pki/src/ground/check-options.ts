import { PkiFault } from './fault.ts';

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
  const names: readonly string[] = [...needed, ...others];
  const there = `there are ${names.join(', ')}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw bad(
      'expected an object with options, found something else',
      `options of ${of}`,
      `give an object; ${there}`,
    );
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw bad(
      `expected options of ${of}, found ${JSON.stringify(unknown.slice(0, 60))}`,
      `options of ${of}`,
      `correct the name, or leave it out; ${there}`,
    );
  const missing = needed.find((name) => given[name] === undefined || given[name] === null);
  if (missing !== undefined)
    throw bad(
      `expected the option ${missing}, found none`,
      `${missing} of ${of}`,
      `give ${missing}; ${there}`,
    );
}

/**
 * Looks at a number: a Date, or a text, would be encoded as a time that nobody can read.
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkMilliseconds(value: unknown, name: string): void {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const found =
    value instanceof Date ? 'a Date' : typeof value === 'number' ? String(value) : `a ${typeof value}`;
  throw bad(
    `expected milliseconds, found ${found}`,
    name,
    'give a number of milliseconds, as Date.now() does',
  );
}

function bad(sentence: string, place: string, remedy: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', { sentence, place, remedy });
}
