import { isIP } from 'node:net';
import { MemberFault } from '../files/fault.ts';
import type { MemberOptions } from './member.ts';

/** What an option may be, in words, and how that is seen. */
type Rule = readonly [wanted: string, fits: (value: unknown) => boolean];

/** The longest delay of a timer of the platform. */
const mostDelayMs = 2_147_483_647;
const aText: Rule = ['a text', (value) => typeof value === 'string' && value !== ''];

const rules: { readonly [name in keyof Required<MemberOptions>]: Rule } = {
  fqdn: aText,
  directory: aText,
  token: ['a text', (value) => typeof value === 'string'],
  addresses: ['a Map with an IP address for each host', isAddresses],
  log: [
    'a log with debug, info, warn and error',
    (value) => hasMethods(value, 'debug', 'info', 'warn', 'error'),
  ],
  pollMs: [
    `a whole number of milliseconds from 1 to ${mostDelayMs}`,
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostDelayMs,
  ],
  clock: ['a clock with now()', (value) => hasMethods(value, 'now')],
};
const needed: readonly string[] = ['fqdn', 'directory', 'log'];

/**
 * Looks at the options of a member before a folder is created or a token is used: callers in JavaScript have no compiler that finds one that is
 * misspelt.
 * @param given - what the caller passed
 * @throws MemberFault `ENTENTE_MEMBER_BAD_ARGUMENT`
 */
export function checkMemberOptions(given: unknown): void {
  const names = Object.keys(rules).join(', ');
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw badArgument(
      'options of joinDomain',
      'expected an object with options, found something else',
      names,
    );
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined)
    throw badArgument(
      'options of joinDomain',
      `expected only options that there are, found ${JSON.stringify(unknown.slice(0, 60))}`,
      names,
    );
  for (const [name, [wanted, fits]] of Object.entries(rules)) {
    const value: unknown = Reflect.get(given, name);
    if (value === undefined ? needed.includes(name) : !fits(value))
      throw unlike(`${name} of joinDomain`, wanted, value);
  }
}

/**
 * Looks at a text as an argument.
 * @param value - what the caller passed
 * @param place - which one
 * @throws MemberFault `ENTENTE_MEMBER_BAD_ARGUMENT`
 */
export function checkText(value: unknown, place: string): void {
  if (typeof value !== 'string' || value === '') throw unlike(place, 'a text', value);
}

/** It repeats no text: that may be a token. */
function unlike(place: string, wanted: string, value: unknown): MemberFault {
  const isShort = value === undefined || value === null || typeof value === 'number';
  const found = isShort ? String(value ?? 'none') : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new MemberFault('ENTENTE_MEMBER_BAD_ARGUMENT', {
    sentence: `expected ${wanted}, found ${found}`,
    place,
    remedy: `give ${wanted}`,
  });
}

function badArgument(place: string, sentence: string, names: string): MemberFault {
  return new MemberFault('ENTENTE_MEMBER_BAD_ARGUMENT', {
    sentence,
    place,
    remedy: `correct the name, or leave it out; there are ${names}`,
  });
}

/** Of whatever realm. */
function isAddresses(value: unknown): boolean {
  if (Object.prototype.toString.call(value) !== '[object Map]') return false;
  return [...(value as Map<unknown, unknown>)].every(
    ([host, address]) => typeof host === 'string' && typeof address === 'string' && isIP(address) !== 0,
  );
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
