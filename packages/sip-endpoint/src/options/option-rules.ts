import { parseEvent, parseUri, SipArgumentError } from '@entente/sip';

/** What one option may be. */
export interface OptionRule {
  /** What is expected, in words that follow `expected … to be`. */
  readonly wanted: string;
  /** Whether a value is that. */
  readonly fits: (value: unknown) => boolean;
  /** What to do where the option is missing. Undefined: it may be missing. */
  readonly missing?: string;
  /** The options inside this one. */
  readonly inside?: OptionRules;
  /** Names that callers write inside this one by mistake, with what to write in their place. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** A rule for each option that there is. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/**
 * Looks at options before anything is done with them: a misspelt one would be left out without a word.
 *
 * @param given - what the caller passed
 * @param rules - one for each option
 * @param of - whose options they are, for example `UserAgent`
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkOptions(given: unknown, rules: OptionRules, of: string): void {
  checkRecord(given, { wanted: 'an object', fits: isRecord, inside: rules }, '', of);
}

/**
 * Looks at one argument.
 *
 * @param value - what the caller passed
 * @param rule - what it may be
 * @param name - of the argument
 * @param of - whose argument it is
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkArgument(value: unknown, rule: OptionRule, name: string, of: string): void {
  const place = `${name} of ${of}`;
  if (value === undefined) {
    if (rule.missing === undefined) return;
    throw new SipArgumentError(`expected ${place}, found none`, place, rule.missing);
  }
  if (rule.inside !== undefined) checkRecord(value, rule, name, of);
  if (!rule.fits(value))
    throw new SipArgumentError(
      `expected ${name} to be ${rule.wanted}, found ${found(value, rule)}`,
      place,
      rule.missing ?? `set ${name} to ${rule.wanted}, or leave it out`,
    );
}

function checkRecord(given: unknown, rule: OptionRule, path: string, of: string): void {
  const { inside = {}, instead = {} } = rule;
  const owner = path === '' ? `options of ${of}` : `${path} of ${of}`;
  const names = Object.keys(inside).join(', ');
  if (!isRecord(given))
    throw new SipArgumentError(
      `expected ${path === '' ? 'the options' : path} to be an object, found ${found(given, rule)}`,
      owner,
      rule.missing ?? `give an object with some of: ${names}`,
    );
  for (const name of isPlain(given) ? Object.keys(given) : []) {
    if (Object.hasOwn(inside, name)) continue;
    throw new SipArgumentError(
      `expected only options that there are in the ${owner}, found ${JSON.stringify(name.slice(0, 60))}`,
      owner,
      Object.hasOwn(instead, name)
        ? `write ${instead[name]}`
        : `correct the name, or remove it; there are ${names}`,
    );
  }
  for (const [name, one] of Object.entries(inside)) {
    checkArgument(given[name], one, path === '' ? name : `${path}.${name}`, of);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object of a class may have members that are nobody else's business. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A text in the place of an object may be a password, and is not repeated. */
function found(value: unknown, { inside }: OptionRule): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'string' && inside === undefined) return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'string') return 'a text';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'none';
  return Array.isArray(value) ? 'a list' : `a value of the type ${typeof value}`;
}

/** A text of at least one character. */
export function text(missing?: string): OptionRule {
  return {
    wanted: 'a text',
    fits: (value) => typeof value === 'string' && value !== '',
    ...(missing !== undefined && { missing }),
  };
}

/** A text, which may be empty. */
export function anyText(missing: string): OptionRule {
  return { wanted: 'a text', fits: (value) => typeof value === 'string', missing };
}

/** A name or an address, as it stands in Via (RFC 3261 §25.1). */
export function host(): OptionRule {
  return {
    wanted: 'the name of a host, or its address, in ASCII',
    fits: (value) =>
      typeof value === 'string' &&
      /^(?:[a-z\d.-]+|\[[\da-f:.]+\])$/i.test(value) &&
      parseUri(`sip:${value}`).ok,
  };
}

/** A URN, as it stands between quotes and angle brackets (RFC 8141 §2, RFC 5626 §4.1). */
export function urn(): OptionRule {
  return {
    wanted: 'a URN such as urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    fits: (value) =>
      typeof value === 'string' &&
      /^urn:[a-z\d][a-z\d-]{0,30}[a-z\d]:[\w()+,.:=@;$!*'%/?#&~-]+$/i.test(value),
  };
}

/** A URI of any scheme, as a request is sent to: a number is `tel:`, an emergency `urn:service:sos`. */
export function uri(missing?: string): OptionRule {
  return {
    wanted: 'a URI such as sip:bob@contoso.example',
    fits: (value) => typeof value === 'string' && parseUri(value).ok,
    ...(missing !== undefined && { missing }),
  };
}

/** An event package, without parameters (RFC 6665 §8.4). */
export function eventPackage(missing: string): OptionRule {
  return {
    wanted: 'an event package, without parameters',
    fits: (value) => typeof value === 'string' && /^[\w.!%*+`'~-]+$/.test(value) && parseEvent(value).ok,
    missing,
  };
}

/** A function. */
export function callback(missing?: string): OptionRule {
  return {
    wanted: 'a function',
    fits: (value) => typeof value === 'function',
    ...(missing !== undefined && { missing }),
  };
}

/** A whole number in a range. */
export function wholeNumber(least: number, most: number, missing?: string): OptionRule {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    fits: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    ...(missing !== undefined && { missing }),
  };
}

/** An object with options. */
export function nested(
  inside: OptionRules,
  { instead, missing }: Pick<OptionRule, 'instead' | 'missing'> = {},
): OptionRule {
  return {
    wanted: 'an object',
    fits: isRecord,
    inside,
    ...(instead !== undefined && { instead }),
    ...(missing !== undefined && { missing }),
  };
}

/** An object that has methods, of whatever class. */
export function withMethods(wanted: string, ...names: readonly string[]): OptionRule {
  return {
    wanted,
    fits: (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function'),
  };
}

/** What gives something up, of whatever realm. */
export function abortSignal(): OptionRule {
  return withMethods('an AbortSignal', 'throwIfAborted', 'addEventListener', 'removeEventListener');
}
