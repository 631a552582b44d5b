import {
  COMMA,
  classes,
  EQUALS,
  PARAMETER_VALUE,
  PERCENT,
  QUOTE,
  SEMICOLON,
  SP,
  skipBlank,
  TAB,
  TOKEN,
  URI_PARAMETER,
} from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { escapesAreWhole } from '../syntax/escape.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { textFromWire } from '../syntax/text.ts';
import { Parameters } from './parameters.ts';

/** More parameters than this in one value or URI are malformed: no field needs them, and each costs memory. */
const maxParameters = 1_024;

/** Filled again by each reader; a set gets a copy of its exact length, which a growing array would not have. */
const work: (string | undefined)[] = [];

/** The set of the pairs in `work` and of the last pair, which does not go there: mostly it is the only one. */
function finish(count: number, name: string, raw: string | undefined): Parameters | undefined {
  if (count === 0) return new Parameters([name, raw]);
  work[count] = name;
  work[count + 1] = raw;
  const list = work.slice(0, count + 2);
  // A hostile list must not keep its memory, nor the message that it is part of.
  if (count > 64) work.length = 0;
  return hasRepeats(list) ? undefined : new Parameters(list);
}

/** Where the reader of this file stopped. Set by every `read…` call that returns a value. */
export const stopped = { at: 0 };

/**
 * Reads `*( SEMI generic-param )` from `at`. Stops at the end or at a comma; anything else is malformed.
 *
 * @param text - Wire text.
 * @returns `undefined` where malformed: a parameter without a name, an unknown character, one name twice, or more than
 *   `maxParameters`.
 */
export function readParameters(text: string, at: number, end: number): Parameters | undefined {
  return parametersAt(text, codesOf(text, end), at, end);
}

/** As `readParameters`, where the codes of the text are at hand. */
export function parametersAt(
  text: string,
  codes: Uint8Array,
  at: number,
  end: number,
): Parameters | undefined {
  const kinds = classes;
  let i = at;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  if (i >= end || codes[i] === COMMA) {
    stopped.at = i;
    return Parameters.none;
  }
  let count = 0;
  for (;;) {
    if (codes[i] !== SEMICOLON) return undefined;
    i++;
    while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    const nameStart = i;
    let name: string;
    let raw: string | undefined;
    // The two names nearly every message has are recognised at once, without text of their own.
    const common = commonName(codes, i, end);
    if (common !== '') {
      i += common.length;
      name = common;
    } else {
      let upper = false;
      while (i < end) {
        const code = codes[i]!;
        if ((kinds[code]! & TOKEN) === 0) break;
        if (code >= 0x41 && code <= 0x5a) upper = true;
        i++;
      }
      if (i === nameStart) return undefined;
      name = text.slice(nameStart, i);
      if (upper) name = name.toLowerCase();
    }
    while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    if (i < end && codes[i] === EQUALS) {
      i = skipBlank(codes, i + 1, end);
      const valueStart = i;
      if (i < end && codes[i] === QUOTE) {
        i = skipQuoted(text, i, end);
        if (i === -1) return undefined;
        raw = textFromWire(text.slice(valueStart, i));
      } else {
        while (i < end && (kinds[codes[i]!]! & PARAMETER_VALUE) !== 0) i++;
        if (i === valueStart) return undefined;
        raw = text.slice(valueStart, i);
      }
      while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    }
    if (i >= end || codes[i] === COMMA) {
      stopped.at = i;
      return finish(count, name, raw);
    }
    if (count >= 2 * maxParameters - 2) return undefined;
    work[count++] = name;
    work[count++] = raw;
  }
}

/**
 * Reads the parameters of a URI: `*( ";" uri-parameter )` without white space, up to `?` or the end.
 *
 * @returns `undefined` where malformed.
 */
export function readUriParameters(text: string, at: number, end: number): Parameters | undefined {
  const kinds = classes;
  const codes = codesOf(text, end);
  let count = 0;
  let i = at;
  let escapes = false;
  let name = '';
  let raw: string | undefined;
  while (i < end && codes[i] === SEMICOLON) {
    if (name !== '') {
      if (count >= 2 * maxParameters - 2) return undefined;
      work[count++] = name;
      work[count++] = raw;
    }
    const nameStart = ++i;
    let upper = false;
    while (i < end) {
      const code = codes[i]!;
      if ((kinds[code]! & URI_PARAMETER) === 0) break;
      if (code >= 0x41 && code <= 0x5a) upper = true;
      else if (code === PERCENT) escapes = true;
      i++;
    }
    if (i === nameStart) return undefined;
    name = text.slice(nameStart, i);
    if (upper) name = name.toLowerCase();
    raw = undefined;
    if (i < end && codes[i] === EQUALS) {
      const valueStart = ++i;
      while (i < end) {
        const code = codes[i]!;
        if ((kinds[code]! & URI_PARAMETER) === 0) break;
        if (code === PERCENT) escapes = true;
        i++;
      }
      if (i === valueStart) return undefined;
      raw = text.slice(valueStart, i);
    }
  }
  if (escapes && !escapesAreWhole(text, at, i)) return undefined;
  stopped.at = i;
  return name === '' ? Parameters.none : finish(count, name, raw);
}

/** `tag` or `branch` where it stands at an offset followed by `=`, else the empty text. */
function commonName(codes: Uint8Array, at: number, end: number): string {
  // A value follows, so that no offset beyond the end is looked at.
  if (at + 7 >= end) return '';
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
function hasRepeats(list: readonly (string | undefined)[]): boolean {
  const count = list.length;
  if (count > 24) {
    const seen = new Set<string | undefined>();
    for (let i = 0; i < count; i += 2) if (seen.size === seen.add(list[i]).size) return true;
    return false;
  }
  for (let i = 2; i < count; i += 2) for (let j = 0; j < i; j += 2) if (list[i] === list[j]) return true;
  return false;
}
