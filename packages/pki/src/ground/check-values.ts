import type { Given as Kind } from './check-given.ts';
import { isFunction, isText, unlike } from './given.ts';

/** Most CRLs over which the certificates of one issuer are spread. */
const mostShards = 65_536;

export const aText: Kind = ['a text', isText];
export const aFunction: Kind = ['a function', isFunction];
export const anObject: Kind = [
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
];
export const aList: Kind = ['a list', Array.isArray];
export const yesOrNo: Kind = ['true or false', (value) => typeof value === 'boolean'];
export const aTime: Kind = ['milliseconds, as Date.now() returns', Number.isFinite];
export const aNumber: Kind = ['a number', Number.isFinite];
export const duration: Kind = [
  'a number of milliseconds above 0',
  (value) => Number.isFinite(value) && (value as number) > 0,
];
export const shardCount: Kind = [
  `a whole number from 1 to ${mostShards}`,
  (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostShards,
];

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Kind {
  return [texts.map((text) => `'${text}'`).join(' or '), (value) => texts.includes(value as string)];
}

/**
 * An object with what is called or read of it.
 * @param wanted - what it is, in words
 * @param members - their names
 */
export function having(wanted: string, ...members: readonly string[]): Kind {
  return [
    wanted,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      members.every((name) => Reflect.get(value, name) !== undefined),
  ];
}

/**
 * Looks at an argument or an option. It repeats no text: that may be a secret.
 * @param value - what the caller passed
 * @param kind - what it may be
 * @param place - which one
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkValue(value: unknown, [wanted, fits]: Kind, place: string): void {
  if (!fits(value)) throw unlike(value, wanted, place);
}

/**
 * Looks at options; those that are left out are left out.
 * @param given - the options, whose names are known to be right
 * @param kinds - what each may be
 * @param of - the function whose options they are
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkValues<T extends object>(
  given: T,
  kinds: { readonly [name in keyof T]?: Kind },
  of: string,
): void {
  for (const [name, kind] of Object.entries(kinds) as [keyof T & string, Kind][])
    if (given[name] !== undefined) checkValue(given[name], kind, `${name} of ${of}`);
}
