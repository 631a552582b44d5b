import { Parameters, type ParameterValue } from '../parameters/parameters.ts';
import { parametersAt, stopped } from '../parameters/read-parameters.ts';
import {
  COLON,
  COMMA,
  classes,
  isAll,
  LESS,
  QUESTION,
  QUOTE,
  SEMICOLON,
  SP,
  skipBlank,
  TAB,
  TOKEN,
  trimSpace,
} from '../syntax/characters.ts';
import { checkGiven, checkParts, type PartKind } from '../syntax/check-parts.ts';
import { codesOf } from '../syntax/codes.ts';
import { malformedHeader, type Parsed, SipArgumentError, SipSyntaxError } from '../syntax/problem.ts';
import { skipQuoted } from '../syntax/quoted.ts';
import { quote, textFromWire, unescapeQuoted, wireFromText } from '../syntax/text.ts';
import { malformedUri, parseUri, readUri } from '../uri/parse-uri.ts';
import type { Uri } from '../uri/uri.ts';

/** The parts of a new `NameAddr`. */
export interface NameAddrParts {
  /** A text is parsed; what is not a valid URI throws. */
  readonly uri: Uri | string;
  /** Unescaped, without quotes; the empty text where there is none. */
  readonly displayName?: string | undefined;
  /**
   * The parameters after the address, not those inside the URI; default none. Values that are not tokens are quoted.
   */
  readonly parameters?: Parameters | Readonly<Record<string, ParameterValue | undefined>>;
}

const kinds = {
  uri: 'value',
  displayName: 'text',
  parameters: 'record',
} satisfies Record<keyof NameAddrParts, PartKind>;

/**
 * An address with its display name and header parameters: the value of From, To, Contact, Route, Record-Route, Path,
 * P-Asserted-Identity, Refer-To and others. Immutable; `with` returns a changed copy.
 *
 * @see RFC 3261 §20.10
 */
export class NameAddr {
  /** The parameters after the address, not those inside the URI. */
  declare readonly parameters: Parameters;
  /** The display name, unescaped; `undefined` until it is first read out of `source`. */
  declare private name: string | undefined;
  /** The URI; `undefined` until it is first read, and where it is malformed. */
  declare private parsed: Uri | undefined;
  /** The text that the offsets below are in: all of a message or of one value, or the URI alone. */
  declare private readonly source: string;
  /** Offset in `source` where the display name begins. */
  declare private readonly nameStart: number;
  /** Offset in `source` where the URI begins, behind the angle bracket where there is one. */
  declare private readonly start: number;
  /** Offset in `source` behind the last character of the URI. */
  declare private readonly end: number;

  /**
   * For this package; use `NameAddr.from` or `parseNameAddr`.
   *
   * @param name - The display name; `undefined` where it stands from `nameStart` up to the bracket before `start`.
   */
  constructor(
    name: string | undefined,
    parameters: Parameters,
    uri: Uri | undefined,
    source: string,
    nameStart: number,
    start: number,
    end: number,
  ) {
    this.name = name;
    this.nameStart = nameStart;
    this.parameters = parameters;
    this.parsed = uri;
    this.source = source;
    this.start = start;
    this.end = end;
  }

  /** The display name, unescaped; the empty text where there is none. */
  get displayName(): string {
    if (this.name === undefined) {
      const name = trimSpace(this.source.slice(this.nameStart, this.start - 1));
      this.name = name.startsWith('"') ? unescapeQuoted(textFromWire(name.slice(1, -1))) : name;
    }
    return this.name;
  }

  /**
   * The URI, parsed when it is first read.
   *
   * @throws SipSyntaxError `SIP_MALFORMED_HEADER` where it is malformed, which the checks of `parseMessage` and
   *   `checkMessage` find beforehand.
   */
  get uri(): Uri {
    if (this.parsed === undefined) {
      this.parsed = readUri(this.source, this.start, this.end);
      if (this.parsed === undefined) throw new SipSyntaxError(malformedUri(this.uriText));
    }
    return this.parsed;
  }

  /** Whether `uri` is valid. */
  get hasValidUri(): boolean {
    this.parsed ??= readUri(this.source, this.start, this.end);
    return this.parsed !== undefined;
  }

  /** The URI as it stands in the message. */
  get uriText(): string {
    return this.source.slice(this.start, this.end);
  }

  /**
   * Builds an address.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where `uri` is a text that is not a valid URI, or a part has another name or is of another kind.
   */
  static from(parts: NameAddrParts): NameAddr {
    checkParts(parts, kinds, 'address');
    checkGiven(parts.uri, 'value', 'uri');
    let uri = parts.uri;
    if (typeof uri === 'string') {
      const parsed = parseUri(uri);
      if (!parsed.ok)
        throw new SipArgumentError(parsed.error.message, 'URI of an address', 'pass a valid URI');
      uri = parsed.value;
    }
    const given = parts.parameters;
    const parameters = given instanceof Parameters ? given : Parameters.from(given ?? {});
    const text = uri.toString();
    return new NameAddr(parts.displayName ?? '', parameters, uri, text, 0, 0, text.length);
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
    const { source, nameStart, start, end } = this;
    const parameters = this.parameters.with(name, value);
    return new NameAddr(this.name, parameters, this.parsed, source, nameStart, start, end);
  }

  /** Always in the form with angle brackets, which no URI can break. */
  toString(): string {
    const name = this.displayName;
    const written = name === '' ? '' : isAll(name, TOKEN) ? `${name} ` : `${quote(name)} `;
    return `${written}<${this.uriText}>${this.parameters.toString()}`;
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
  const wire = wireFromText(text);
  const value = readNameAddr(wire, codesOf(wire, wire.length), 0, wire.length);
  if (value !== undefined && stopped.at === wire.length && value.hasValidUri) return { ok: true, value };
  return { ok: false, error: malformedHeader('Address', 'one name-addr or addr-spec with parameters', text) };
}

/**
 * Reads one address at the start of a range and stops at a comma or the end (`stopped.at`).
 *
 * @param text - Wire text.
 * @returns `undefined` where malformed.
 */
export function readNameAddr(
  text: string,
  codes: Uint8Array,
  start: number,
  end: number,
): NameAddr | undefined {
  const kinds = classes;
  let i = start;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  const from = i;
  let name: string | undefined = '';
  if (i < end && codes[i] === QUOTE) {
    const after = skipQuoted(text, i, end);
    if (after === -1) return undefined;
    name = undefined;
    i = skipBlank(codes, after, end);
    if (i >= end || codes[i] !== LESS) return undefined;
  } else {
    while (i < end) {
      const code = codes[i]!;
      if ((kinds[code]! & TOKEN) === 0 && code !== SP && code !== TAB) break;
      i++;
    }
    if (i >= end) return undefined;
    if (codes[i] === COLON) return readBare(text, codes, from, i, end);
    if (codes[i] !== LESS) return undefined;
    if (i > from) name = undefined;
  }
  const uriStart = i + 1;
  // Without ">" the search continues past this value, but then the value is malformed and nothing else of it is read.
  const uriEnd = text.indexOf('>', uriStart);
  if (uriEnd === -1 || uriEnd >= end || uriEnd === uriStart) return undefined;
  const parameters = parametersAt(text, codes, uriEnd + 1, end);
  if (parameters === undefined) return undefined;
  return new NameAddr(name, parameters, undefined, text, from, uriStart, uriEnd);
}

/**
 * An address without angle brackets: it ends at the first semicolon, whose parameters belong to the header field, and
 * must not hold a question mark or comma (RFC 3261 §20.10).
 */
function readBare(
  text: string,
  codes: Uint8Array,
  from: number,
  at: number,
  end: number,
): NameAddr | undefined {
  let i = at;
  while (i < end) {
    const code = codes[i]!;
    if (code === SEMICOLON || code === COMMA || code === SP || code === TAB) break;
    if (code === QUESTION) return undefined;
    i++;
  }
  const parameters = parametersAt(text, codes, i, end);
  return parameters === undefined ? undefined : new NameAddr('', parameters, undefined, text, from, from, i);
}

/** Reads a comma-separated list of addresses that fills a range; `undefined` where malformed or empty. */
export function readNameAddrs(text: string, start: number, end: number, into: NameAddr[]): boolean {
  const codes = codesOf(text, end);
  let at = start;
  for (;;) {
    const value = readNameAddr(text, codes, at, end);
    if (value === undefined) return false;
    into.push(value);
    if (stopped.at >= end) return true;
    at = stopped.at + 1;
  }
}
