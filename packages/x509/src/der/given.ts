import { EncodeError } from './encode-error.ts';

/** What callers without a compiler gave: what is signed stays as it is, so nothing of it is left out or guessed. */

/**
 * Looks at an object of a caller: a misspelt field would be left out of what is signed. A decoded value is of a class, and has more fields.
 * @param names - of the fields that there are
 * @param place - type of the encoding
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function checkFields(given: unknown, names: readonly string[], place: string): void {
  const known = names.join(', ');
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw unlike(given, `an object with some of ${known}`, place);
  if (!isPlain(given)) return;
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new EncodeError(
        `expected fields of ${place}, found ${JSON.stringify(name.slice(0, 60))}`,
        place,
        `correct the name, or leave it out; there are ${known}`,
      );
}

/**
 * Looks at yes or no: a text such as `'false'` would count as yes.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function flag(given: unknown, place: string): boolean {
  if (given === undefined) return false;
  if (typeof given !== 'boolean') throw unlike(given, 'true or false', place);
  return given;
}

/**
 * Looks at a list.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function listOf<T>(given: readonly T[], place: string): readonly T[] {
  if (!Array.isArray(given)) throw unlike(given, 'a list', place);
  return given;
}

/**
 * Looks at a value that brings its own DER.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function derOf(given: { readonly der: Uint8Array }, place: string): Uint8Array {
  if (typeof given !== 'object' || given === null || !isOctets(given.der))
    throw unlike(given, 'an object whose der is a Uint8Array', place);
  return given.der;
}

/**
 * Looks at octets: the digits of a text would be taken for them.
 * @throws EncodeError `ENTENTE_X509_ENCODE`
 */
export function octetsOf<T extends ArrayLike<number>>(given: T, place: string): T {
  if (!isOctets(given) && !Array.isArray(given)) throw unlike(given, 'octets in a Uint8Array', place);
  return given;
}

/** The fault of a value of another kind. It is not repeated, because it may be a secret. */
export function unlike(given: unknown, wanted: string, place: string): EncodeError {
  return new EncodeError(`expected ${wanted}, found ${kindOf(given)}`, place, `give ${wanted}`);
}

/** Whether these are octets, of whatever realm. */
export function isOctets(given: unknown): given is Uint8Array {
  if (given instanceof Uint8Array) return true;
  return ArrayBuffer.isView(given) && (given as Uint8Array).BYTES_PER_ELEMENT === 1;
}

function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function kindOf(given: unknown): string {
  if (given === undefined || given === null) return String(given);
  if (typeof given === 'string') return 'a text';
  if (Array.isArray(given)) return 'a list';
  if (given instanceof Promise) return 'a promise';
  return typeof given === 'object' ? 'an object of another kind' : `a ${typeof given}`;
}
