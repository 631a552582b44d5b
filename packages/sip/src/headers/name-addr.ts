import {
  COLON,
  COMMA,
  classes,
  GREATER,
  isAll,
  LESS,
  QUESTION,
  QUOTE,
  SEMICOLON,
  SP,
  skipSpace,
  TAB,
  TOKEN,
  trimEnd,
} from '../syntax/characters.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { quote, unescapeQuoted } from '../syntax/text.ts';
import { parseUri, readUri } from '../uri/parse-uri.ts';
import type { Uri } from '../uri/uri.ts';
import { Parameters, type ParameterValue, readParameters, stopped } from './parameters.ts';

/** The parts of a new `NameAddr`. */
export interface NameAddrParts {
  readonly uri: Uri | string;
  readonly displayName?: string | undefined;
  readonly parameters?: Parameters | Readonly<Record<string, ParameterValue | undefined>>;
}

/**
 * An address with its display name and header parameters: the value of From, To, Contact, Route, Record-Route, Path,
 * P-Asserted-Identity, Refer-To and others. Immutable; `with` makes a changed copy.
 *
 * @see RFC 3261 §20.10
 */
export class NameAddr {
  /** Unescaped; the empty text where there is none. */
  readonly displayName: string;
  readonly uri: Uri;
  /** The parameters after the address, not those inside the URI. */
  readonly parameters: Parameters;

  constructor(displayName: string, uri: Uri, parameters: Parameters) {
    this.displayName = displayName;
    this.uri = uri;
    this.parameters = parameters;
  }

  /**
   * Builds an address.
   *
   * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where `uri` is a text that is no URI.
   */
  static from(parts: NameAddrParts): NameAddr {
    let uri = parts.uri;
    if (typeof uri === 'string') {
      const parsed = parseUri(uri);
      if (!parsed.ok) throw new SipArgumentError(`Address: ${parsed.error.message}. Pass a valid URI`);
      uri = parsed.value;
    }
    const given = parts.parameters;
    const parameters = given instanceof Parameters ? given : Parameters.from(given ?? {});
    return new NameAddr(parts.displayName ?? '', uri, parameters);
  }

  /** The `tag` parameter of From and To (RFC 3261 §19.3). */
  get tag(): string | undefined {
    return this.parameters.get('tag');
  }

  /** A copy with some parts replaced. */
  with(changes: Partial<NameAddrParts>): NameAddr {
    return NameAddr.from({
      displayName: this.displayName,
      uri: this.uri,
      parameters: this.parameters,
      ...changes,
    });
  }

  /** A copy with one parameter set. */
  withParameter(name: string, value: ParameterValue): NameAddr {
    return new NameAddr(this.displayName, this.uri, this.parameters.with(name, value));
  }

  /** Always in the form with angle brackets, which no URI can break. */
  toString(): string {
    const name = this.displayName;
    const written = name === '' ? '' : isAll(name, TOKEN) ? `${name} ` : `${quote(name)} `;
    return `${written}<${this.uri.toString()}>${this.parameters.toString()}`;
  }
}

/**
 * Parses one address with parameters.
 *
 * @param text - The header field value, unfolded.
 * @returns the address, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.10, §25.1 (name-addr, addr-spec)
 */
export function parseNameAddr(text: string): Parsed<NameAddr> {
  const value = readNameAddr(text, 0, text.length);
  if (value !== undefined && stopped.at === text.length) return { ok: true, value };
  return { ok: false, error: malformedHeader('Address', 'one name-addr or addr-spec with parameters', text) };
}

/**
 * Reads one address at the start of a range and stops at a comma or the end (`stopped.at`).
 *
 * @returns `undefined` where malformed.
 */
export function readNameAddr(text: string, start: number, end: number): NameAddr | undefined {
  const from = skipSpace(text, start, end);
  let displayName = '';
  let i = from;
  if (text.charCodeAt(i) === QUOTE) {
    const after = skipQuoted(text, i, end);
    if (after === -1) return undefined;
    displayName = unescapeQuoted(text.slice(i + 1, after - 1));
    i = skipSpace(text, after, end);
    if (text.charCodeAt(i) !== LESS) return undefined;
  } else {
    while (i < end) {
      const code = text.charCodeAt(i);
      if ((classes[code]! & TOKEN) === 0 && code !== SP && code !== TAB) break;
      i++;
    }
    if (i >= end) return undefined;
    const code = text.charCodeAt(i);
    if (code === COLON) return readBare(text, from, i, end);
    if (code !== LESS) return undefined;
    displayName = text.slice(from, trimEnd(text, from, i));
  }
  const uriStart = i + 1;
  let uriEnd = uriStart;
  while (uriEnd < end && text.charCodeAt(uriEnd) !== GREATER) uriEnd++;
  if (uriEnd >= end) return undefined;
  const uri = readUri(text, uriStart, uriEnd);
  if (uri === undefined) return undefined;
  const parameters = readParameters(text, uriEnd + 1, end);
  return parameters === undefined ? undefined : new NameAddr(displayName, uri, parameters);
}

/**
 * An address without angle brackets: it ends at the first semicolon, whose parameters belong to the header field, and
 * must not hold a question mark or comma (RFC 3261 §20.10).
 */
function readBare(text: string, from: number, at: number, end: number): NameAddr | undefined {
  let i = at;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === SEMICOLON || code === COMMA || code === SP || code === TAB) break;
    if (code === QUESTION) return undefined;
    i++;
  }
  const uri = readUri(text, from, i);
  if (uri === undefined) return undefined;
  const parameters = readParameters(text, i, end);
  return parameters === undefined ? undefined : new NameAddr('', uri, parameters);
}

/** Reads a comma-separated list of addresses that fills a range; `undefined` where malformed or empty. */
export function readNameAddrs(text: string, start: number, end: number, into: NameAddr[]): boolean {
  let at = start;
  for (;;) {
    const value = readNameAddr(text, at, end);
    if (value === undefined) return false;
    into.push(value);
    if (stopped.at >= end) return true;
    at = stopped.at + 1;
  }
}
