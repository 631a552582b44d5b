import { isIP } from 'node:net';
import { ApplicationFault } from './fault.ts';

/** What one option may be. */
export interface Rule {
  /** In words that follow `expected … to be`. */
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
  readonly isRequired?: boolean;
}

/** A text with something in it. */
export const text: Rule = { wanted: 'a text', fits: (value) => typeof value === 'string' && value !== '' };
const callback: Rule = { wanted: 'a function', fits: (value) => typeof value === 'function' };
const required = (rule: Rule): Rule => ({ ...rule, isRequired: true });

function wholeNumber(least: number, most: number): Rule {
  const wanted = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return {
    wanted: `a whole number ${wanted}`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

function withMethods(wanted: string, ...names: readonly (string | symbol)[]): Rule {
  return {
    wanted,
    fits: (value) => isRecord(value) && names.every((name) => typeof Reflect.get(value, name) === 'function'),
  };
}

/** The longest delay of a timer of the platform. */
export const mostDelayMs = 2_147_483_647;
const logger = withMethods('a logger, as createLogger of @entente/host makes it', 'info', 'warn', 'error');

/** Bounds and handlers: what every application may have. */
const ofEach: Readonly<Record<string, Rule>> = {
  onMessage: callback,
  onCall: callback,
  onRequest: callback,
  onFault: callback,
  limits: { wanted: 'an object with bounds of the listener', fits: isRecord },
  maxBytesInFlight: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  maxCalls: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  maxCallsOfUser: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  maxCallsOfDomain: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  checkCallsMs: wholeNumber(1, mostDelayMs),
};

/** The options of `joinApplication`. */
export const joinRules: Readonly<Record<string, Rule>> = {
  fqdn: required(text),
  directory: required(text),
  token: text,
  addresses: {
    wanted: 'an object with an IP address for each host',
    fits: (value) =>
      isPlain(value) && Object.values(value).every((each) => typeof each === 'string' && isIP(each) > 0),
  },
  logger,
  ...ofEach,
};

/** The options of `serveApplication`. */
export const serveRules: Readonly<Record<string, Rule>> = {
  member: required({ wanted: 'a member, as joinDomain of @entente/member gives it', fits: isRecord }),
  logger: required(logger),
  closeWith: withMethods('an object that can be disposed of', Symbol.asyncDispose),
  ...ofEach,
};

/**
 * Looks at options before anything is done with them: a misspelt handler would never be called, and a bound that is not a number would be none.
 * Callers in JavaScript have no compiler that finds it.
 *
 * @param given - what the caller passed
 * @param rules - one for each option
 * @param of - whose options they are
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkOptions(given: unknown, rules: Readonly<Record<string, Rule>>, of: string): void {
  const names = Object.keys(rules).join(', ');
  if (!isRecord(given))
    throw badOption(`options of ${of}`, 'the options', 'an object', given, `give an object with ${names}`);
  for (const name of isPlain(given) ? Object.keys(given) : []) {
    if (Object.hasOwn(rules, name)) continue;
    throw new ApplicationFault('ENTENTE_APPLICATION_BAD_ARGUMENT', {
      sentence: `expected only options that there are in the options of ${of}, found ${JSON.stringify(name.slice(0, 60))}`,
      place: `options of ${of}`,
      remedy: `correct the name, or remove it; there are ${names}`,
    });
  }
  for (const [name, { fits, isRequired = false, wanted }] of Object.entries(rules)) {
    const value: unknown = Reflect.get(given, name);
    if (value === undefined ? !isRequired : fits(value)) continue;
    const remedy = isRequired ? `give ${wanted}` : `give ${wanted}, or leave it out`;
    throw badOption(`${name} of ${of}`, name, wanted, value, remedy);
  }
}

/**
 * Looks at one argument before anything is done with it.
 *
 * @param value - what the caller passed
 * @param rule - what it may be
 * @param name - of the argument
 * @param of - the method that is called
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkValue(value: unknown, { fits, wanted }: Rule, name: string, of: string): void {
  if (!fits(value)) throw badOption(`${name} of ${of}`, name, wanted, value, `give ${wanted}`);
}

function badOption(
  place: string,
  name: string,
  wanted: string,
  value: unknown,
  remedy: string,
): ApplicationFault {
  return new ApplicationFault('ENTENTE_APPLICATION_BAD_ARGUMENT', {
    sentence: `expected ${name} to be ${wanted}, found ${found(value)}`,
    place,
    remedy,
  });
}

/** A text is not repeated: it may be a token. */
function found(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return 'a text';
  if (value instanceof Promise) return 'a promise';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'function' ? 'a function' : 'an object of another kind';
}

/** Whether something is an object, and no list. */
export function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object of a class may have members that are nobody else's business. */
function isPlain(value: unknown): value is object {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
