import { Parameters, type ParameterValue, parameterText } from '../parameters/parameters.ts';
import { isAll, OPAQUE, PASSWORD, URI_HEADER, URI_PARAMETER, USER } from '../syntax/characters.ts';
import { checkList, checkObject } from '../syntax/check-object.ts';
import { checkGiven, checkParts, type PartKind } from '../syntax/check-parts.ts';
import { checkText } from '../syntax/check-text.ts';
import { escapeUri, unescapeUri } from '../syntax/escape.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { isHost } from './host.ts';
import { canonicalHost } from './ip-address.ts';

/** Any URI of a SIP message; distinguish them by `kind`. */
export type Uri = SipUri | TelUri | OpaqueUri;

/** The parts of a new `SipUri`, unescaped. */
export interface SipUriParts {
  /** Default `sip`. */
  readonly scheme?: 'sip' | 'sips';
  /** Escaped when the URI is written; `undefined` for a URI of a host alone. */
  readonly user?: string | undefined;
  /** Escaped when the URI is written; default none. RFC 3261 §19.1.1 advises against it. */
  readonly password?: string | undefined;
  /** Host name, IPv4 address, or IPv6 address with or without brackets. */
  readonly host: string;
  /** 1–65535. */
  readonly port?: number | undefined;
  /**
   * Names and values of a record are escaped, `true` stands for a name alone; `Parameters` are taken as they are.
   * Default none.
   */
  readonly parameters?: Parameters | Readonly<Record<string, ParameterValue | undefined>>;
  /** The part after `?`, escaped, without the question mark; `encodeUriHeaders` writes it. */
  readonly headers?: string | undefined;
}

const kinds = {
  scheme: 'text',
  user: 'text',
  password: 'text',
  host: 'text',
  port: 'number',
  parameters: 'record',
  headers: 'text',
} satisfies Record<keyof SipUriParts, PartKind>;

/**
 * A `sip:` or `sips:` URI. Immutable; `with` returns a changed copy.
 *
 * @see RFC 3261 §19.1
 */
export class SipUri {
  /** Distinguishes this URI from the others of `Uri`; the same for `sip:` and `sips:`. */
  readonly kind = 'sip';
  /** In lower case; `sips` requires TLS on each hop to the domain of the URI (RFC 3261 §19.1). */
  readonly scheme: 'sip' | 'sips';
  /** The user part as received, escapes included. */
  readonly rawUser: string | undefined;
  /** The password as received, escapes included. */
  readonly rawPassword: string | undefined;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  /** 0 to 65535; `undefined` where none is named. */
  readonly port: number | undefined;
  /** The URI parameters, values as received, escapes included; names in lower case (RFC 3261 §19.1.1). */
  readonly parameters: Parameters;
  /** What follows `?`, as received; `undefined` where there is none. */
  readonly rawHeaders: string | undefined;
  #text: string | undefined;
  #address: string | undefined;

  /** For this package; use `SipUri.from` or `parseUri`. */
  constructor(
    scheme: 'sip' | 'sips',
    rawUser: string | undefined,
    rawPassword: string | undefined,
    host: string,
    port: number | undefined,
    parameters: Parameters,
    rawHeaders: string | undefined,
    text?: string,
  ) {
    this.scheme = scheme;
    this.rawUser = rawUser;
    this.rawPassword = rawPassword;
    this.host = host;
    this.port = port;
    this.parameters = parameters;
    this.rawHeaders = rawHeaders;
    this.#text = text;
    this.#address = undefined;
  }

  /**
   * Builds a URI from plain parts and escapes where needed.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part has another name or is not allowed in a URI.
   */
  static from(parts: SipUriParts): SipUri {
    checkParts(parts, kinds, 'SIP URI');
    checkGiven(parts.host, 'text', 'host');
    const { scheme = 'sip', user, password, host, port, parameters, headers } = parts;
    return new SipUri(
      checkedScheme(scheme),
      escapedUser(user),
      escaped(password, PASSWORD),
      checkedHost(host),
      checkedPort(port),
      parametersFrom(parameters),
      checkedHeaders(headers),
    );
  }

  /** The user part with escapes undone once; `undefined` where there is none. */
  get user(): string | undefined {
    return this.rawUser === undefined ? undefined : unescapeUri(this.rawUser);
  }

  /** The password with escapes undone once. */
  get password(): string | undefined {
    return this.rawPassword === undefined ? undefined : unescapeUri(this.rawPassword);
  }

  /** What `addressOfRecord` gives: many ask for it in turn, and each look into a table takes longer for a text that is new. For this package. */
  get address(): string {
    this.#address ??= addressOf(this.rawUser, this.host);
    return this.#address;
  }

  /** The `transport` parameter in lower case. */
  get transport(): string | undefined {
    return this.parameters.get('transport')?.toLowerCase();
  }

  /** Whether the `lr` parameter marks a loose router (RFC 3261 §19.1.1). */
  get isLooseRouter(): boolean {
    return this.parameters.has('lr');
  }

  /** Whether this is a GRUU (RFC 5627 §3.1): the `gr` parameter, with or without a value. */
  get isGruu(): boolean {
    return this.parameters.has('gr');
  }

  /** The header fields after `?` as name and value, unescaped. They are never header fields of a received message. */
  get headers(): readonly (readonly [name: string, value: string])[] {
    if (this.rawHeaders === undefined) return [];
    return this.rawHeaders.split('&').map((pair) => {
      const equals = pair.indexOf('=');
      return [unescapeUri(pair.slice(0, equals)), unescapeUri(pair.slice(equals + 1))] as const;
    });
  }

  /**
   * A copy with some parts replaced; `undefined` removes one. The others stay as they are, to the letter.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a new part is not allowed in a URI.
   */
  with(changes: Partial<SipUriParts>): SipUri {
    checkParts(changes, kinds, 'SIP URI');
    return new SipUri(
      changes.scheme === undefined ? this.scheme : checkedScheme(changes.scheme),
      'user' in changes ? escapedUser(changes.user) : this.rawUser,
      'password' in changes ? escaped(changes.password, PASSWORD) : this.rawPassword,
      changes.host === undefined ? this.host : checkedHost(changes.host),
      'port' in changes ? checkedPort(changes.port) : this.port,
      'parameters' in changes ? parametersFrom(changes.parameters) : this.parameters,
      'headers' in changes ? checkedHeaders(changes.headers) : this.rawHeaders,
    );
  }

  /** The text as received, or as built from the parts. */
  toString(): string {
    if (this.#text !== undefined) return this.#text;
    let out = `${this.scheme}:`;
    if (this.rawUser !== undefined) {
      out += this.rawPassword === undefined ? `${this.rawUser}@` : `${this.rawUser}:${this.rawPassword}@`;
    }
    out += this.host;
    if (this.port !== undefined) out += `:${this.port}`;
    out += this.parameters.toString();
    if (this.rawHeaders !== undefined) out += `?${this.rawHeaders}`;
    this.#text = out;
    return out;
  }
}

function addressOf(rawUser: string | undefined, name: string): string {
  const host = name.charCodeAt(0) === 0x5b ? `[${canonicalHost(name)}]` : canonicalHost(name);
  // Unescaping and escaping again gives every user part one spelling without letting two users share one.
  if (rawUser === undefined) return host;
  return `${rawUser.indexOf('%') === -1 ? rawUser : reescape(rawUser)}@${host}`;
}

function reescape(raw: string): string {
  return raw.replace(/%[0-9a-fA-F]{2}/g, (triplet) => {
    const code = Number.parseInt(triplet.slice(1), 16);
    const character = String.fromCharCode(code);
    return code < 0x80 && escapeUri(character, USER) === character ? character : triplet.toUpperCase();
  });
}

/**
 * A `tel:` URI. The number keeps its visual separators.
 *
 * @see RFC 3261 §19.1.6 and RFC 3966
 */
export class TelUri {
  /** Distinguishes this URI from the others of `Uri`. */
  readonly kind = 'tel';
  /** In lower case, as of every URI of this class. */
  readonly scheme = 'tel';
  /** As received, for example `+1-201-555-0123`. */
  readonly number: string;
  /** For example `phone-context` or `ext`, values as received; names in lower case (RFC 3966 §3). */
  readonly parameters: Parameters;
  readonly #text: string | undefined;

  /**
   * @param number - `+` and digits, or a local number, whose `phone-context` must be among the parameters.
   * @param text - For this package: the URI as received.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the number is not allowed in a tel URI.
   */
  constructor(number: string, parameters: Parameters = Parameters.none, text?: string) {
    checkText(number);
    checkObject(parameters, 'parameters of a TelUri', 'give Parameters, or leave them out');
    if (text === undefined && !isNumber(number, parameters)) {
      throw new SipArgumentError(
        `expected "+" and digits, or a local number with phone-context, found ${JSON.stringify(number)}`,
        'tel URI',
        'write the number in its international form (RFC 3966 §5.1.4)',
      );
    }
    this.number = number;
    this.parameters = parameters;
    this.#text = text;
  }

  /** Whether the number is global: it starts with `+`. */
  get isGlobal(): boolean {
    return this.number.startsWith('+');
  }

  /** The number without visual separators, in lower case: the form to compare. */
  get digits(): string {
    return this.number.replace(/[-.()]/g, '').toLowerCase();
  }

  /** The text as received, or `tel:`, number and parameters. */
  toString(): string {
    return this.#text ?? `tel:${this.number}${this.parameters.toString()}`;
  }
}

/** A URI of any other scheme, kept as it is. */
export class OpaqueUri {
  /** Distinguishes this URI from the others of `Uri`. */
  readonly kind = 'opaque';
  /** In lower case. */
  readonly scheme: string;
  /** Everything after the colon. */
  readonly rest: string;
  readonly #text: string;

  /**
   * @param text - For this package: the URI as received.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where scheme and rest do not form a URI.
   */
  constructor(scheme: string, rest: string, text?: string) {
    checkText(scheme);
    checkText(rest);
    if (text === undefined && !(/^[a-z][a-z0-9+.-]*$/.test(scheme) && isAll(rest, OPAQUE))) {
      throw new SipArgumentError(
        `expected a scheme in lower case and escaped text, found ${JSON.stringify([scheme, rest])}`,
        'URI',
        'escape what a URI cannot hold (RFC 3986 §2.1)',
      );
    }
    this.scheme = scheme;
    this.rest = rest;
    this.#text = text ?? `${scheme}:${rest}`;
  }

  /** The text as received, or scheme, colon and rest. */
  toString(): string {
    return this.#text;
  }
}

function isNumber(number: string, parameters: Parameters): boolean {
  const isGlobal = number.startsWith('+');
  const digits = number.replace(/[-.()]/g, '');
  return isGlobal
    ? /^\+[0-9]+$/.test(digits)
    : /^[0-9A-Fa-f*#]+$/.test(digits) && parameters.raw('phone-context') !== undefined;
}

function escaped(text: string | undefined, bit: number): string | undefined {
  return text === undefined ? undefined : escapeUri(text, bit);
}

/** A user part is one character at least (RFC 3261 §25.1): `sip:@host` cannot be read by a peer. */
function escapedUser(user: string | undefined): string | undefined {
  if (user !== '') return escaped(user, USER);
  throw new SipArgumentError(
    'expected a user, found an empty text',
    'user of a SIP URI',
    'leave user out where the URI is that of a host alone',
  );
}

function checkedScheme(scheme: 'sip' | 'sips'): 'sip' | 'sips' {
  if (scheme === 'sip' || scheme === 'sips') return scheme;
  throw new SipArgumentError(
    `expected sip or sips, found ${JSON.stringify(scheme)}`,
    'scheme of a SIP URI',
    'give one of the two in lower case; an OpaqueUri has another scheme',
  );
}

function checkedHost(given: string): string {
  let host = given.toLowerCase();
  if (host.includes(':') && !host.startsWith('[')) host = `[${host}]`;
  if (isHost(host)) return host;
  throw new SipArgumentError(
    `expected a host name or address, found ${JSON.stringify(given)}`,
    'host of a SIP URI',
    'give a DNS name in A-label form, or an address',
  );
}

function checkedPort(port: number | undefined): number | undefined {
  if (port === undefined || (Number.isInteger(port) && port > 0 && port < 65_536)) return port;
  throw new SipArgumentError(
    `expected 1 to 65535, found ${port}`,
    'port of a SIP URI',
    'give a port in this range, or leave it out',
  );
}

function checkedHeaders(headers: string | undefined): string | undefined {
  if (headers === undefined || /^[\x21\x23-\x3b\x3d\x3f-\x7e]+$/.test(headers)) return headers;
  throw new SipArgumentError(
    `expected escaped text, found ${JSON.stringify(headers)}`,
    'headers of a SIP URI',
    'write them with encodeUriHeaders',
  );
}

function parametersFrom(given: SipUriParts['parameters']): Parameters {
  return given instanceof Parameters ? given : uriParameters(given ?? {});
}

function uriParameters(values: Readonly<Record<string, ParameterValue | undefined>>): Parameters {
  return Parameters.ofRaw(values, (name, value) => {
    const text = parameterText(name, value);
    return [escapeUri(name, URI_PARAMETER), text === undefined ? undefined : escapeUri(text, URI_PARAMETER)];
  });
}

/** Writes header fields as the part after `?` of a URI (RFC 3261 §19.1.1). */
export function encodeUriHeaders(headers: readonly (readonly [name: string, value: string])[]): string {
  checkList(headers, 'headers of encodeUriHeaders', 'give a list of pairs of name and value');
  for (const pair of headers) {
    checkList(pair, 'header of encodeUriHeaders', 'give a pair of name and value');
    for (const text of pair) checkText(text);
  }
  return headers
    .map(([name, value]) => `${escapeUri(name, URI_HEADER)}=${escapeUri(value, URI_HEADER)}`)
    .join('&');
}
