import { AccountsFault } from './fault.ts';

/**
 * Looks whether an argument is a text.
 * @param value - from anywhere
 * @param place - which one
 * @param remedy - what to do where it is none
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkText(value: unknown, place: string, remedy: string): void {
  if (typeof value !== 'string') throw unlike(place, 'a text', value, remedy);
}

/**
 * Looks whether an argument is a list.
 * @param value - from anywhere
 * @param place - which one
 * @param remedy - what to do where it is none
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkList(value: unknown, place: string, remedy: string): void {
  if (!Array.isArray(value)) throw unlike(place, 'a list', value, remedy);
}

/**
 * Looks whether an argument is an object.
 * @param value - from anywhere
 * @param place - which one
 * @param remedy - what to do where it is none
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkRecord(value: unknown, place: string, remedy: string): void {
  if (!isRecord(value)) throw unlike(place, 'an object', value, remedy);
}

/**
 * Looks whether an argument is an object that can do what is asked of it.
 * @param value - from anywhere
 * @param methods - that are called
 * @param place - which one
 * @param remedy - what to do where it is none
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkMethods(
  value: unknown,
  methods: readonly string[],
  place: string,
  remedy: string,
): void {
  if (!isRecord(value)) throw unlike(place, 'an object', value, remedy);
  const missing = methods.find((method) => typeof value[method] !== 'function');
  if (missing !== undefined) throw unlike(`${missing} of the ${place}`, 'a function', value[missing], remedy);
}

/**
 * Looks whether an argument is verifiers by algorithm.
 * @param value - from anywhere
 * @param place - which one
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkVerifiers(value: unknown, place: string): void {
  if (!isRecord(value) || !Object.values(value).every((one) => typeof one === 'string'))
    throw unlike(place, 'an object with H(A1) by algorithm', value, toVerify);
}

/** What to do where something has no verifiers. */
export const toVerify = 'write verifiers: verifiersOf(address, password)';

/**
 * The fault of an argument of another kind. It repeats no text: it may be a password.
 * @param place - which argument
 * @param wanted - what it may be
 * @param value - what it is
 * @param remedy - what to do now
 */
export function unlike(place: string, wanted: string, value: unknown, remedy: string): AccountsFault {
  const found =
    value === undefined ? 'none' : value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
    sentence: `${place}: expected ${wanted}, found ${found}`,
    place,
    remedy,
  });
}

/**
 * Whether a value is an object with fields.
 * @param value - from anywhere
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
