import { Parameters } from '../parameters/parameters.ts';
import { readUriParameters, stopped } from '../parameters/read-parameters.ts';
import {
  ALPHA,
  AT,
  CLOSE_BRACKET,
  COLON,
  classes,
  DIGIT,
  DIGIT_0,
  DIGIT_9,
  HOST,
  OPAQUE,
  OPEN_BRACKET,
  PASSWORD,
  PERCENT,
  QUESTION,
  SEMICOLON,
  URI_HEADER,
  USER,
} from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { escapesAreWhole } from '../syntax/escape.ts';
import { type Parsed, quoteForPeople, type SipProblem } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { isHostName, longestLabel } from './host.ts';
import { isIpv6 } from './ip-address.ts';
import { OpaqueUri, SipUri, TelUri, type Uri } from './uri.ts';

/**
 * Parses a URI: `sip:` and `sips:` into their parts, `tel:` into number and parameters, every other scheme opaque.
 * Strict: no white space, whole escapes, no empty host, port at most 65535, no parameter twice.
 *
 * @param text - The URI alone, without angle brackets.
 * @returns the URI, or a problem with code `malformed-uri`.
 * @see RFC 3261 §19.1, §25.1
 */
export function parseUri(text: string): Parsed<Uri> {
  const wire = wireFromText(text);
  const uri = readUri(wire, 0, wire.length);
  if (uri !== undefined) return { ok: true, value: uri };
  return { ok: false, error: malformedUri(text) };
}

/** The problem of a text that is not a valid URI. */
export function malformedUri(text: string): SipProblem {
  const expected = /^tel:/i.test(text)
    ? 'RFC 3966 §3, a number that begins with + or says with ;phone-context= where it is dialled'
    : 'RFC 3261 §25.1';
  return {
    code: 'malformed-uri',
    status: 400,
    message: `URI: expected the syntax of ${expected}, found ${quoteForPeople(text)}`,
  };
}

/** Reads a URI that fills a range; `undefined` where malformed. */
export function readUri(text: string, start: number, end: number): Uri | undefined {
  const codes = codesOf(text, end);
  if (end - start < 5) return readOther(text, codes, start, end);
  // s i p :  — the common case first; `| 0x20` folds case and cannot turn another character into these letters.
  if (
    (codes[start]! | 0x20) === 0x73 &&
    (codes[start + 1]! | 0x20) === 0x69 &&
    (codes[start + 2]! | 0x20) === 0x70
  ) {
    const fourth = codes[start + 3]!;
    if (fourth === COLON) return readSip(text, codes, start, start + 4, end, 'sip');
    if ((fourth | 0x20) === 0x73 && codes[start + 4] === COLON) {
      return readSip(text, codes, start, start + 5, end, 'sips');
    }
  }
  return readOther(text, codes, start, end);
}

function readSip(
  text: string,
  codes: Uint8Array,
  start: number,
  from: number,
  end: number,
  scheme: 'sip' | 'sips',
): SipUri | undefined {
  const kinds = classes;
  // Everything a host, port and parameters may hold is allowed in a user part too, so one scan to the first "@" decides.
  let i = from;
  let colon = -1;
  let escapes = false;
  let user: string | undefined;
  let password: string | undefined;
  while (i < end) {
    const code = codes[i]!;
    if (code === COLON) {
      if (colon === -1) colon = i;
    } else if (code === PERCENT) escapes = true;
    else if ((kinds[code]! & USER) === 0) break;
    i++;
  }
  if (i < end && codes[i] === AT) {
    const userEnd = colon === -1 ? i : colon;
    if (userEnd === from) return undefined;
    if (escapes && !escapesAreWhole(text, from, i)) return undefined;
    user = text.slice(from, userEnd);
    if (colon !== -1) {
      for (let j = colon + 1; j < i; j++) if ((kinds[codes[j]!]! & PASSWORD) === 0) return undefined;
      password = text.slice(colon + 1, i);
    }
    i++;
  } else i = from;

  const hostStart = i;
  let host: string;
  if (codes[i] === OPEN_BRACKET) {
    while (i < end && codes[i] !== CLOSE_BRACKET) i++;
    if (i >= end || !isIpv6(text.slice(hostStart + 1, i))) return undefined;
    i++;
    host = text.slice(hostStart, i).toLowerCase();
  } else {
    let upper = false;
    let odd = codes[hostStart]! < DIGIT_0;
    while (i < end) {
      const code = codes[i]!;
      if ((kinds[code]! & HOST) === 0) break;
      if (code >= 0x41 && code <= 0x5a) upper = true;
      else if (code < DIGIT_0 && codes[i - 1]! < DIGIT_0) odd = true;
      i++;
    }
    if (i === hostStart) return undefined;
    host = text.slice(hostStart, i);
    if (i - hostStart > longestLabel) odd = true;
    // Only "." and "-" at an edge or side by side, a digit at the end, and length need the full check.
    if ((odd || codes[i - 1]! <= DIGIT_9) && !isHostName(host)) return undefined;
    if (upper) host = host.toLowerCase();
  }

  let port: number | undefined;
  if (i < end && codes[i] === COLON) {
    const portStart = ++i;
    port = 0;
    while (i < end && port < 65_536 && (kinds[codes[i]!]! & DIGIT) !== 0) {
      port = port * 10 + codes[i]! - 0x30;
      i++;
    }
    if (i === portStart || port > 65535) return undefined;
  }

  let parameters = Parameters.none;
  if (i < end && codes[i] === SEMICOLON) {
    const read = readUriParameters(text, i, end);
    if (read === undefined) return undefined;
    parameters = read;
    i = stopped.at;
  }

  let headers: string | undefined;
  if (i < end && codes[i] === QUESTION) {
    if (!areUriHeaders(text, codes, i + 1, end)) return undefined;
    headers = text.slice(i + 1, end);
    i = end;
  }
  if (i !== end) return undefined;
  return new SipUri(scheme, user, password, host, port, parameters, headers, text.slice(start, end));
}

/** `hname "=" hvalue *( "&" … )`; a name must not be empty, a value may. */
function areUriHeaders(text: string, codes: Uint8Array, start: number, end: number): boolean {
  let nameLength = 0;
  let inName = true;
  for (let i = start; i < end; i++) {
    const code = codes[i]!;
    if (code === 0x26) {
      if (inName) return false;
      inName = true;
      nameLength = 0;
    } else if (code === 0x3d) {
      if (!inName || nameLength === 0) return false;
      inName = false;
    } else {
      if ((classes[code]! & URI_HEADER) === 0) return false;
      if (inName) nameLength++;
    }
  }
  return !inName && escapesAreWhole(text, start, end);
}

function readOther(text: string, codes: Uint8Array, start: number, end: number): Uri | undefined {
  let i = start;
  if (i >= end || (classes[codes[i]!]! & ALPHA) === 0) return undefined;
  while (i < end) {
    const code = codes[i]!;
    if (code === COLON) break;
    if ((classes[code]! & (ALPHA | DIGIT)) === 0 && code !== 0x2b && code !== 0x2d && code !== 0x2e)
      return undefined;
    i++;
  }
  if (i >= end) return undefined;
  const scheme = text.slice(start, i).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return undefined;
  const restStart = i + 1;
  if (restStart === end) return undefined;
  for (i = restStart; i < end; i++) if ((classes[codes[i]!]! & OPAQUE) === 0) return undefined;
  if (!escapesAreWhole(text, restStart, end)) return undefined;
  if (scheme === 'tel') return readTel(text, codes, start, restStart, end);
  return new OpaqueUri(scheme, text.slice(restStart, end), text.slice(start, end));
}

/**
 * RFC 3966 §3: digits and visual separators, then parameters. A local number may hold `*`, `#` and hexadecimal digits, and
 * must say in `phone-context` where it is local.
 */
function readTel(
  text: string,
  codes: Uint8Array,
  start: number,
  from: number,
  end: number,
): TelUri | undefined {
  let i = from;
  let digits = 0;
  const isGlobal = codes[i] === 0x2b;
  if (isGlobal) i++;
  const digit = isGlobal ? /[0-9]/ : /[0-9A-Fa-f*#]/;
  while (i < end && codes[i] !== SEMICOLON) {
    const character = text.charAt(i);
    if (digit.test(character)) digits++;
    else if (!/[-.()]/.test(character)) return undefined;
    i++;
  }
  if (digits === 0) return undefined;
  const number = text.slice(from, i);
  const parameters = readUriParameters(text, i, end);
  if (parameters === undefined || stopped.at !== end) return undefined;
  if (!isGlobal && parameters.raw('phone-context') === undefined) return undefined;
  return new TelUri(number, parameters, text.slice(start, end));
}
