import { Parameters, type ParameterValue } from '../headers/parameters.ts';
import { PASSWORD, URI_HEADER, URI_PARAMETER, USER } from '../syntax/characters.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { escapeUri, unescapeUri } from './escape.ts';
import { isHost } from './host.ts';

/** Any URI a SIP message may carry. Tell them apart by `kind`. */
export type Uri = SipUri | TelUri | OpaqueUri;

/** The parts of a new `SipUri`, unescaped. */
export interface SipUriParts {
  readonly scheme?: 'sip' | 'sips';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Host name, IPv4 address, or IPv6 address with or without brackets. */
  readonly host: string;
  /** 1–65535. */
  readonly port?: number | undefined;
  readonly parameters?: Parameters | Readonly<Record<string, ParameterValue | undefined>>;
  /** The part after `?`, escaped, without the question mark. */
  readonly headers?: string | undefined;
}

/**
 * A `sip:` or `sips:` URI. Immutable; `with` makes a changed copy.
 *
 * @see RFC 3261 §19.1
 */
export class SipUri {
  readonly kind = 'sip';
  readonly scheme: 'sip' | 'sips';
  /** The user part as received, escapes included. */
  readonly rawUser: string | undefined;
  /** The password as received, escapes included. */
  readonly rawPassword: string | undefined;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Parameters;
  /** What follows `?`, as received; `undefined` where there is none. */
  readonly rawHeaders: string | undefined;
  #text: string | undefined;

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
  }

  /**
   * Builds a URI from plain parts and escapes where needed.
   *
   * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where the host or port cannot stand in a URI.
   */
  static from(parts: SipUriParts): SipUri {
    const { scheme = 'sip', user, password, port, headers } = parts;
    let host = parts.host.toLowerCase();
    if (host.includes(':') && !host.startsWith('[')) host = `[${host}]`;
    if (!isHost(host)) {
      throw new SipArgumentError(
        `SIP URI host: expected a host name or address, found ${JSON.stringify(parts.host)}`,
      );
    }
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new SipArgumentError(`SIP URI port: expected 1 to 65535, found ${port}`);
    }
    const given = parts.parameters;
    const parameters = given instanceof Parameters ? given : uriParameters(given ?? {});
    return new SipUri(
      scheme,
      user === undefined ? undefined : escapeUri(user, USER),
      password === undefined ? undefined : escapeUri(password, PASSWORD),
      host,
      port,
      parameters,
      headers,
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

  /** A copy with some parts replaced; `undefined` removes one. */
  with(changes: Partial<SipUriParts>): SipUri {
    return SipUri.from({
      scheme: this.scheme,
      user: this.user,
      password: this.password,
      host: this.host,
      port: this.port,
      parameters: this.parameters,
      headers: this.rawHeaders,
      ...changes,
    });
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

/**
 * A `tel:` URI. The number keeps its visual separators.
 *
 * @see RFC 3261 §19.1.6 and RFC 3966
 */
export class TelUri {
  readonly kind = 'tel';
  readonly scheme = 'tel';
  /** As received, for example `+1-201-555-0123`. */
  readonly number: string;
  readonly parameters: Parameters;
  readonly #text: string | undefined;

  constructor(number: string, parameters: Parameters = Parameters.none, text?: string) {
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

  toString(): string {
    return this.#text ?? `tel:${this.number}${this.parameters.toString()}`;
  }
}

/** A URI of any other scheme, kept as it is. */
export class OpaqueUri {
  readonly kind = 'opaque';
  /** In lower case. */
  readonly scheme: string;
  /** Everything after the colon. */
  readonly rest: string;
  readonly #text: string;

  constructor(scheme: string, rest: string, text = `${scheme}:${rest}`) {
    this.scheme = scheme;
    this.rest = rest;
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

function uriParameters(values: Readonly<Record<string, ParameterValue | undefined>>): Parameters {
  let parameters = Parameters.none;
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const raw = value === true ? undefined : escapeUri(String(value), URI_PARAMETER);
    parameters = parameters.withRaw(escapeUri(name, URI_PARAMETER), raw);
  }
  return parameters;
}

/** Writes header fields as the part after `?` of a URI (RFC 3261 §19.1.1). */
export function encodeUriHeaders(headers: readonly (readonly [name: string, value: string])[]): string {
  return headers
    .map(([name, value]) => `${escapeUri(name, URI_HEADER)}=${escapeUri(value, URI_HEADER)}`)
    .join('&');
}
