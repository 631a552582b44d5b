import { classes, isAll, skipBlank } from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { quote, textFromWire, unescapeQuoted } from '../syntax/text.ts';
import { escapesAreWhole } from '../uri/escape.ts';

// Constants of this file: an imported binding is read from memory at each use, and these loops run for every byte.
const COMMA = 0x2c;
const EQUALS = 0x3d;
const PARAMETER_VALUE = 2048;
const PERCENT = 0x25;
const QUOTE = 0x22;
const SEMICOLON = 0x3b;
const SP = 0x20;
const TAB = 0x09;
const TOKEN = 1;
const URI_PARAMETER = 16;

/** What a parameter may be set to: text, a number, or `true` for a name that stands alone. */
export type ParameterValue = string | number | true;

/**
 * The `;name=value` parameters of a header field value or URI: immutable, in the order received, names compared
 * without regard to case.
 *
 * @see RFC 3261 §7.3.1, §19.1.1
 */
export class Parameters {
  /** Names in lower case. */
  readonly names: readonly string[];
  /** Values as they stand in the message (quotes and escapes included); `undefined` where there is only a name. */
  readonly rawValues: readonly (string | undefined)[];

  constructor(names: readonly string[], rawValues: readonly (string | undefined)[]) {
    this.names = names;
    this.rawValues = rawValues;
  }

  /**
   * Builds parameters from a record. Values that are no token are quoted.
   *
   * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where a name is no token.
   */
  static from(values: Readonly<Record<string, ParameterValue | undefined>>): Parameters {
    let parameters = Parameters.none;
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) parameters = parameters.with(name, value);
    }
    return parameters;
  }

  /** The empty set. */
  static readonly none: Parameters = new Parameters([], []);

  /** How many parameters there are. */
  get size(): number {
    return this.names.length;
  }

  /**
   * The value of a parameter with quotes removed.
   *
   * @param name - Any case.
   * @returns the empty text for a name without value, `undefined` where it is absent.
   */
  get(name: string): string | undefined {
    const index = this.#find(name);
    if (index === -1) return undefined;
    const raw = this.rawValues[index];
    if (raw === undefined) return '';
    return raw.charCodeAt(0) === QUOTE ? unescapeQuoted(raw.slice(1, -1)) : raw;
  }

  /** The value as it stands in the message; `undefined` where the name is absent or has no value. */
  raw(name: string): string | undefined {
    const index = this.#find(name);
    return index === -1 ? undefined : this.rawValues[index];
  }

  /** Says whether a name is present, with or without a value. */
  has(name: string): boolean {
    return this.#find(name) !== -1;
  }

  /** Names (lower case) with values, quotes removed. */
  *entries(): Generator<readonly [name: string, value: string]> {
    for (const name of this.names) yield [name, this.get(name) ?? ''];
  }

  /**
   * The same parameters with one set or replaced in place.
   *
   * @param value - Text that is no token is quoted; `true` sets the bare name.
   * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where the name is no token.
   */
  with(name: string, value: ParameterValue): Parameters {
    if (!isAll(name, TOKEN | URI_PARAMETER)) {
      throw new SipArgumentError(
        `Parameter name: expected a token, found ${JSON.stringify(name)}. Rename it`,
      );
    }
    return this.withRaw(name, value === true ? undefined : writeValue(String(value)));
  }

  /** As `with`, but the value is taken as it shall stand in the message. */
  withRaw(name: string, raw: string | undefined): Parameters {
    const names = [...this.names];
    const values = [...this.rawValues];
    const index = this.#find(name);
    if (index === -1) {
      names.push(name.toLowerCase());
      values.push(raw);
    } else values[index] = raw;
    return new Parameters(names, values);
  }

  /** The same parameters without one. */
  without(name: string): Parameters {
    const index = this.#find(name);
    if (index === -1) return this;
    return new Parameters(
      this.names.filter((_, i) => i !== index),
      this.rawValues.filter((_, i) => i !== index),
    );
  }

  /** `;name=value;name`, or the empty text. */
  toString(): string {
    let out = '';
    for (let i = 0; i < this.names.length; i++) {
      const raw = this.rawValues[i];
      out += raw === undefined ? `;${this.names[i]}` : `;${this.names[i]}=${raw}`;
    }
    return out;
  }

  #find(name: string): number {
    const names = this.names;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return i;
    const lower = name.toLowerCase();
    return lower === name ? -1 : names.indexOf(lower);
  }
}

function writeValue(value: string): string {
  return isAll(value, PARAMETER_VALUE) ? value : quote(value);
}

/** Filled anew by each reader; a set gets copies of its exact length, which a growing array would not have. */
const workNames: string[] = [];
const workValues: (string | undefined)[] = [];

function finish(count: number): Parameters | undefined {
  if (count === 1) return new Parameters([workNames[0]!], [workValues[0]]);
  const names = workNames.slice(0, count);
  return hasRepeats(names) ? undefined : new Parameters(names, workValues.slice(0, count));
}

/** Where the reader of this file stopped. Set by every `read…` call that returns a value. */
export const stopped = { at: 0 };

/**
 * Reads `*( SEMI generic-param )` from `at`. Stops at the end or at a comma; anything else is malformed.
 *
 * @param text - Wire text.
 * @returns `undefined` where malformed: a parameter without a name, an unknown character, or one name twice.
 */
export function readParameters(text: string, at: number, end: number): Parameters | undefined {
  const codes = codesOf(text, end);
  let i = at;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  if (i >= end || codes[i] === COMMA) {
    stopped.at = i;
    return Parameters.none;
  }
  let count = 0;
  do {
    if (codes[i] !== SEMICOLON) return undefined;
    i++;
    while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    const nameStart = i;
    // The two names nearly every message has are recognised at once, without text of their own.
    const common = commonName(codes, i);
    if (common !== '' && i + common.length < end) {
      i += common.length;
      workNames[count] = common;
    } else {
      let upper = false;
      while (i < end) {
        const code = codes[i]!;
        if ((classes[code]! & TOKEN) === 0) break;
        if (code >= 0x41 && code <= 0x5a) upper = true;
        i++;
      }
      if (i === nameStart) return undefined;
      const name = text.slice(nameStart, i);
      workNames[count] = upper ? name.toLowerCase() : name;
    }
    while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    if (i < end && codes[i] === EQUALS) {
      i = skipBlank(codes, i + 1, end);
      const valueStart = i;
      if (i < end && codes[i] === QUOTE) {
        i = skipQuoted(text, i, end);
        if (i === -1) return undefined;
        workValues[count++] = textFromWire(text.slice(valueStart, i));
      } else {
        while (i < end && (classes[codes[i]!]! & PARAMETER_VALUE) !== 0) i++;
        if (i === valueStart) return undefined;
        workValues[count++] = text.slice(valueStart, i);
      }
      while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    } else workValues[count++] = undefined;
  } while (i < end && codes[i] !== COMMA);
  stopped.at = i;
  return finish(count);
}

/**
 * Reads the parameters of a URI: `*( ";" uri-parameter )` without white space, up to `?` or the end.
 *
 * @returns `undefined` where malformed.
 */
export function readUriParameters(text: string, at: number, end: number): Parameters | undefined {
  const codes = codesOf(text, end);
  let count = 0;
  let i = at;
  let escapes = false;
  while (i < end && codes[i] === SEMICOLON) {
    const nameStart = ++i;
    let upper = false;
    while (i < end) {
      const code = codes[i]!;
      if ((classes[code]! & URI_PARAMETER) === 0) break;
      if (code >= 0x41 && code <= 0x5a) upper = true;
      else if (code === PERCENT) escapes = true;
      i++;
    }
    if (i === nameStart) return undefined;
    const name = text.slice(nameStart, i);
    workNames[count] = upper ? name.toLowerCase() : name;
    if (i < end && codes[i] === EQUALS) {
      const valueStart = ++i;
      while (i < end) {
        const code = codes[i]!;
        if ((classes[code]! & URI_PARAMETER) === 0) break;
        if (code === PERCENT) escapes = true;
        i++;
      }
      if (i === valueStart) return undefined;
      workValues[count++] = text.slice(valueStart, i);
    } else workValues[count++] = undefined;
  }
  if (escapes && !escapesAreWhole(text, at, i)) return undefined;
  stopped.at = i;
  return count === 0 ? Parameters.none : finish(count);
}

/** `tag` or `branch` where it stands at an offset followed by `=`, else the empty text. */
function commonName(codes: Uint8Array, at: number): string {
  const first = codes[at];
  if (first === 0x74) {
    return codes[at + 1] === 0x61 && codes[at + 2] === 0x67 && codes[at + 3] === EQUALS ? 'tag' : '';
  }
  return first === 0x62 &&
    codes[at + 1] === 0x72 &&
    codes[at + 2] === 0x61 &&
    codes[at + 3] === 0x6e &&
    codes[at + 4] === 0x63 &&
    codes[at + 5] === 0x68 &&
    codes[at + 6] === EQUALS
    ? 'branch'
    : '';
}

/** One name must not appear twice (RFC 3261 §7.3.1, §19.1.1). Linear for long lists. */
function hasRepeats(names: readonly string[]): boolean {
  const count = names.length;
  if (count > 12) return new Set(names).size !== count;
  for (let i = 1; i < count; i++) for (let j = 0; j < i; j++) if (names[i] === names[j]) return true;
  return false;
}
