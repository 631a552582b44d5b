import { Parameters, type ParameterValue } from '../parameters/parameters.ts';
import { parametersAt, stopped } from '../parameters/read-parameters.ts';
import {
  CLOSE_BRACKET,
  COLON,
  classes,
  DIGIT,
  DIGIT_0,
  DIGIT_9,
  HOST,
  isAll,
  OPEN_BRACKET,
  SLASH,
  SP,
  skipBlank,
  TAB,
  TOKEN,
} from '../syntax/characters.ts';
import { checkGiven, checkParts, type PartKind } from '../syntax/check-parts.ts';
import { codesOf } from '../syntax/codes.ts';
import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { isHost, isHostName, longestLabel } from '../uri/host.ts';
import { isIpv6 } from '../uri/ip-address.ts';
import { readBoundedNumber } from './token-with-parameters.ts';

/** The parts of a new `Via`. */
export interface ViaParts {
  /** `TLS`, `TCP`, `UDP`, `WS`, `WSS`, …; in capitals on the wire. */
  readonly transport: string;
  /** Host name, IPv4 address, or IPv6 address with or without brackets. */
  readonly host: string;
  /** 1–65535. */
  readonly port?: number | undefined;
  /** Begins with the magic cookie, and is new for each transaction (RFC 3261 §8.1.1.7). */
  readonly branch?: string | undefined;
  /** Parameters beside `branch`, in order; values that are not tokens are quoted. Default none. */
  readonly parameters?: Readonly<Record<string, ParameterValue | undefined>>;
}

const kinds = {
  transport: 'text',
  host: 'text',
  port: 'number',
  branch: 'text',
  parameters: 'record',
} satisfies Record<keyof ViaParts, PartKind>;

/** Every branch by RFC 3261 begins with this (§8.1.1.7). */
export const magicCookie = 'z9hG4bK';

/**
 * One value of a Via header field. Immutable.
 *
 * @see RFC 3261 §20.42, RFC 3581 (rport)
 */
export class Via {
  /** `SIP/2.0`. */
  declare readonly protocol: string;
  /** In capitals. */
  declare readonly transport: string;
  /** As received; an IPv6 address keeps its brackets. */
  declare readonly host: string;
  /** 0 to 65535; `undefined` where none is named, which means the default port of the transport (RFC 3261 §18.2.2). */
  declare readonly port: number | undefined;
  /** All parameters, `branch`, `received` and `rport` among them; names in lower case. */
  declare readonly parameters: Parameters;
  /** What stands before and behind the branch; `null` where that is not plain ASCII. */
  declare private around: readonly [before: string, behind: string] | null | undefined;
  /** The whole value as ASCII where `withBranch` has built it; `undefined` otherwise. */
  declare private text: string | undefined;

  constructor(
    protocol: string,
    transport: string,
    host: string,
    port: number | undefined,
    parameters: Parameters,
  ) {
    this.protocol = protocol;
    this.transport = transport;
    this.host = host;
    this.port = port;
    this.parameters = parameters;
    this.around = undefined;
    this.text = undefined;
  }

  /**
   * Builds a value.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part has another name or is not allowed in a Via.
   */
  static from(parts: ViaParts): Via {
    checkParts(parts, kinds, 'Via');
    checkGiven(parts.transport, 'text', 'transport');
    checkGiven(parts.host, 'text', 'host');
    const host = parts.host.includes(':') && !parts.host.startsWith('[') ? `[${parts.host}]` : parts.host;
    const { port } = parts;
    const knownPort = port === undefined || (Number.isInteger(port) && port > 0 && port < 65_536);
    if (!isAll(parts.transport, TOKEN) || !isHost(host) || !knownPort) {
      throw new SipArgumentError(
        `expected a transport, a host and a port of 1 to 65535, found ${JSON.stringify([parts.transport, parts.host, port])}`,
        'Via',
        'give the transport, host and port at which responses arrive',
      );
    }
    const parameters = Parameters.from({ branch: parts.branch, ...parts.parameters });
    return new Via('SIP/2.0', parts.transport.toUpperCase(), host, parts.port, parameters);
  }

  /** The `branch` parameter as received. */
  get branch(): string | undefined {
    return this.parameters.raw('branch');
  }

  /** Whether the branch is one of RFC 3261: the magic cookie and something after it. */
  get hasUniqueBranch(): boolean {
    const branch = this.branch;
    return branch !== undefined && branch.length > magicCookie.length && branch.startsWith(magicCookie);
  }

  /** The `received` address, without brackets. */
  get received(): string | undefined {
    const value = this.parameters.raw('received');
    return value?.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value;
  }

  /** The `rport` value, 1 to 65535; 0 where the parameter is there without one that is a port (RFC 3581 §4). */
  get rport(): number | undefined {
    if (!this.parameters.has('rport')) return undefined;
    return readBoundedNumber(this.parameters.raw('rport'), 65_535) ?? 0;
  }

  /** Host and port as one text. */
  get sentBy(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  /**
   * A copy with one parameter set, for example `received`, whose IPv6 address is written without brackets
   * (RFC 5118 §4.5).
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the name is not a token.
   */
  withParameter(name: string, value: ParameterValue): Via {
    if (typeof value === 'string' && value.startsWith('[') && name.toLowerCase() === 'received') {
      return this.withParameter(name, value.replace(/^\[|\]$/g, ''));
    }
    return new Via(this.protocol, this.transport, this.host, this.port, this.parameters.with(name, value));
  }

  /**
   * A copy for another transaction.
   *
   * @param branch - A token that begins with the magic cookie.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is none.
   */
  withBranch(branch: string): Via {
    if (!isAll(branch, TOKEN) || !branch.startsWith(magicCookie)) {
      throw new SipArgumentError(
        `expected a token that begins with ${magicCookie}, found ${JSON.stringify(branch)}`,
        'branch',
        'make it of the magic cookie and text that is new for each transaction (RFC 3261 §8.1.1.7)',
      );
    }
    const parameters = this.parameters.withRaw('branch', branch);
    const via = new Via(this.protocol, this.transport, this.host, this.port, parameters);
    if (this.around === undefined) this.around = this.aroundBranch();
    if (this.around !== null) via.text = this.around[0] + branch + this.around[1];
    return via;
  }

  /** The value as one line of ASCII, where that is known without looking at each character. Internal. */
  get plainText(): string | undefined {
    return this.text;
  }

  /** Writes the value once and cuts it at its branch. */
  private aroundBranch(): readonly [before: string, behind: string] | null {
    const { host, parameters, port, protocol, transport } = this;
    const marked = `${new Via(protocol, transport, host, port, parameters.withRaw('branch', '\0'))}`;
    const [before = '', behind = '', ...more] = marked.split('\0');
    return more.length === 0 && /^[ -~]*$/.test(before + behind) ? [before, behind] : null;
  }

  /** The value as the header field has it, for example `SIP/2.0/TLS host:port;branch=…`. */
  toString(): string {
    return this.text ?? `${this.protocol}/${this.transport} ${this.sentBy}${this.parameters.toString()}`;
  }
}

/**
 * Parses one Via value.
 *
 * @param text - Unfolded.
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 3261 §20.42
 */
export function parseVia(text: string): Parsed<Via> {
  const wire = wireFromText(text);
  const value = readVia(wire, codesOf(wire, wire.length), 0, wire.length);
  if (value !== undefined && stopped.at === wire.length) return { ok: true, value };
  return { ok: false, error: malformedHeader('Via', 'SIP/2.0/transport host[:port] and parameters', text) };
}

/** Reads one Via value at the start of a range and stops at a comma or the end; `undefined` where malformed. */
export function readVia(text: string, codes: Uint8Array, start: number, end: number): Via | undefined {
  const kinds = classes;
  let i = start;
  let odd = false;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  let protocol = 'SIP/2.0';
  if (startsWithSip20(codes, i)) i += 8;
  else {
    const nameStart = i;
    i = skipToken(codes, i, end);
    const name = text.slice(nameStart, i).toUpperCase();
    i = skipSlash(codes, i, end);
    if (i === -1 || name === '') return undefined;
    const versionStart = i;
    i = skipToken(codes, i, end);
    if (i === versionStart) return undefined;
    protocol = `${name}/${text.slice(versionStart, i)}`;
    i = skipSlash(codes, i, end);
    if (i === -1) return undefined;
  }
  const transportStart = skipBlank(codes, i, end);
  i = skipToken(codes, transportStart, end);
  if (i === transportStart) return undefined;
  const transport = capitals(text, codes, transportStart, i);
  const hostStart = skipBlank(codes, i, end);
  if (hostStart === i) return undefined;

  i = hostStart;
  if (i < end && codes[i] === OPEN_BRACKET) {
    while (i < end && codes[i] !== CLOSE_BRACKET) i++;
    if (i >= end || !isIpv6(text.slice(hostStart + 1, i))) return undefined;
    i++;
  } else {
    // The start of the host counts like a dot.
    let last = 0;
    while (i < end) {
      const code = codes[i]!;
      if ((kinds[code]! & HOST) === 0) break;
      if (code < DIGIT_0 && last < DIGIT_0) odd = true;
      last = code;
      i++;
    }
    if (i === hostStart) return undefined;
    odd = odd || last <= DIGIT_9 || i - hostStart > longestLabel;
  }
  const host = text.slice(hostStart, i);
  // Only "." and "-" at an edge or side by side, a digit at the end, and length need the full check.
  if (odd && !isHostName(host)) return undefined;

  let port: number | undefined;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  if (i < end && codes[i] === COLON) {
    i = skipBlank(codes, i + 1, end);
    const portStart = i;
    port = 0;
    while (i < end && (kinds[codes[i]!]! & DIGIT) !== 0 && port < 65_536) {
      port = port * 10 + codes[i]! - 0x30;
      i++;
    }
    if (i === portStart || port > 65_535) return undefined;
  }
  const parameters = parametersAt(text, codes, i, end);
  return parameters === undefined ? undefined : new Via(protocol, transport, host, port, parameters);
}

/** `SIP/2.0/`, as every Via in use begins. */
function startsWithSip20(codes: Uint8Array, at: number): boolean {
  return (
    codes[at] === 0x53 &&
    codes[at + 1] === 0x49 &&
    codes[at + 2] === 0x50 &&
    codes[at + 3] === 0x2f &&
    codes[at + 4] === 0x32 &&
    codes[at + 5] === 0x2e &&
    codes[at + 6] === 0x30 &&
    codes[at + 7] === 0x2f
  );
}

function skipToken(codes: Uint8Array, at: number, end: number): number {
  const kinds = classes;
  let i = at;
  while (i < end && (kinds[codes[i]!]! & TOKEN) !== 0) i++;
  return i;
}

function skipSlash(codes: Uint8Array, at: number, end: number): number {
  const i = skipBlank(codes, at, end);
  return i < end && codes[i] === SLASH ? skipBlank(codes, i + 1, end) : -1;
}

function capitals(text: string, codes: Uint8Array, start: number, end: number): string {
  // TLS needs no text of its own: nearly every Via has it.
  if (end - start === 3 && codes[start] === 0x54 && codes[start + 1] === 0x4c && codes[start + 2] === 0x53)
    return 'TLS';
  return text.slice(start, end).toUpperCase();
}
