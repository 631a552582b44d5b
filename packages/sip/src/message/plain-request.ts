import { magicCookie } from '../headers/via.ts';
import {
  AT,
  BACKSLASH,
  COLON,
  classes,
  DIGIT,
  DIGIT_0,
  DIGIT_9,
  EQUALS,
  GREATER,
  HOST,
  LESS,
  QUOTE,
  SEMICOLON,
  SP,
  skipBlank,
  TOKEN,
  URI_PARAMETER,
} from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { isHostName, longestLabel } from '../uri/host.ts';
import { mandatoryBits } from './check-message.ts';
import { copyFields } from './create-response.ts';
import { readCallId, readHops } from './field-readers.ts';
import { type Head, STRIDE } from './head-index.ts';
import { CALL_ID, CSEQ, FROM, MAX_FORWARDS, ROUTE, TO, VIA } from './header-names.ts';
import { hasRawNul } from './raw-nul.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { isVersionAt } from './start-line.ts';

/**
 * A request as far as its bytes show it at a glance: for those who have more to do than they can, and refuse most of what comes. It is as
 * well-formed as `parseMessage` demands. There is none for a request with a field that is written in another way than nearly all do, e.g.
 * over several lines: such a request has to be read.
 */
export class PlainRequest {
  /** As received. */
  readonly method: string;
  /** Of the topmost Via; begins with the magic cookie. */
  readonly branch: string;
  /** Whether there is a Route field. */
  readonly hasRoute: boolean;
  /** Whether To has a tag. */
  readonly hasToTag: boolean;
  /** Whether what follows the scheme of the Request-URI begins with a digit. */
  readonly mayBeNumber: boolean;
  /** The Call-ID as received, without white space around it. */
  readonly callId: string;
  readonly #wire: string;
  readonly #lines: readonly number[];

  /** For this package; see `FramerSink.glance`. */
  constructor(
    wire: string,
    lines: readonly number[],
    found: Pick<PlainRequest, 'branch' | 'callId' | 'hasRoute' | 'hasToTag' | 'mayBeNumber' | 'method'>,
  ) {
    this.method = found.method;
    this.branch = found.branch;
    this.hasRoute = found.hasRoute;
    this.hasToTag = found.hasToTag;
    this.mayBeNumber = found.mayBeNumber;
    this.callId = found.callId;
    this.#wire = wire;
    this.#lines = lines;
  }

  /**
   * The bytes of the response that `createResponse` would build, one character each.
   * @param status - 300 to 699
   * @param toTag - a token for To, where the request has none there
   */
  respond(status: number, toTag: string): string {
    const copied = copyFields(this.#wire, this.#lines, this.hasToTag ? undefined : toTag, false, false);
    return `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n${copied}Content-Length: 0\r\n\r\n`;
  }
}

/**
 * Looks at a request whose head is indexed.
 * @param wire - of the message
 * @returns undefined for a response, and for a request that has to be read
 */
export function plainRequest(wire: string, head: Head): PlainRequest | undefined {
  if (head.problem !== undefined || (head.present & mandatoryBits) !== mandatoryBits) return undefined;
  if (hasRawNul(wire, head)) return undefined;
  const codes = codesOf(wire, head.bodyStart);
  const methodEnd = skip(codes, 0, head.startLineEnd, TOKEN);
  const uriEnd = head.startLineEnd - 8;
  if (methodEnd === 0 || codes[methodEnd] !== SP || codes[uriEnd] !== SP) return undefined;
  if (!isVersionAt(codes, uriEnd + 1) || !isPlainUri(wire, codes, methodEnd + 1, uriEnd)) return undefined;
  const { lines } = head;
  let branch: string | undefined;
  let callId: string | undefined;
  let hasRoute = false;
  let hasToTag = false;
  for (let i = 0; i < lines.length; i += STRIDE) {
    // The bit of a folded line makes its id none of these but that of Route, which nobody reads here.
    const id = lines[i + 3]!;
    const start = lines[i + 1]!;
    const end = lines[i + 2]!;
    if ((id & 0xff) === VIA) {
      if (branch !== undefined) continue;
      branch = id === VIA ? branchOf(wire, codes, start, end) : undefined;
      if (branch === undefined) return undefined;
    } else if ((id & 0xff) === ROUTE) hasRoute = true;
    else if ((id & 0xff) <= MAX_FORWARDS && id !== (id & 0xff)) return undefined;
    else if (id === FROM || id === TO) {
      const tag = tagOf(wire, codes, start, end);
      if (tag === 'unclear') return undefined;
      if (id === TO) hasToTag = tag === 'present';
    } else if (id === CALL_ID) callId = readCallId(wire, codes, start, end);
    else if (id === CSEQ) {
      if (!isSequenceOf(codes, methodEnd, start, end)) return undefined;
    } else if (id === MAX_FORWARDS && readHops(codes, start, end) === undefined) return undefined;
  }
  if (branch === undefined || callId === undefined) return undefined;
  const method = wire.slice(0, methodEnd);
  const uriStart = methodEnd + 1;
  const first = codes[wire.indexOf(':', uriStart) + 1]!;
  const mayBeNumber = first >= 0x30 && first <= 0x39;
  return new PlainRequest(wire, lines, { method, branch, callId, hasRoute, hasToTag, mayBeNumber });
}

function skip(codes: Uint8Array, at: number, end: number, bit: number): number {
  let i = at;
  while (i < end && (classes[codes[i]!]! & bit) !== 0) i++;
  return i;
}

/** `sip:` or `sips:`, a user of letters, digits, `-`, `.` and `_` or none, host, port, and at most one parameter without escapes. */
function isPlainUri(wire: string, codes: Uint8Array, start: number, end: number): boolean {
  if (codes[start] !== 0x73 || codes[start + 1] !== 0x69 || codes[start + 2] !== 0x70) return false;
  let i = start + 3;
  if (codes[i] === 0x73) i++;
  if (codes[i] !== COLON) return false;
  const from = i + 1;
  i = from;
  while (i < end && ((classes[codes[i]!]! & HOST) !== 0 || codes[i] === 0x5f)) i++;
  if (i < end && codes[i] === AT) {
    if (i === from) return false;
    i++;
  } else i = from;
  i = hostEnd(wire, codes, i, end);
  if (i === -1) return false;
  if (codes[i] === COLON) i = portEnd(codes, i + 1, end);
  if (i === end) return true;
  if (i === -1 || codes[i] !== SEMICOLON) return false;
  const nameStart = i + 1;
  i = parameterPartEnd(codes, nameStart, end);
  if (i === nameStart) return false;
  if (i === end) return true;
  const valueStart = i + 1;
  return codes[i] === EQUALS && valueStart < end && parameterPartEnd(codes, valueStart, end) === end;
}

function parameterPartEnd(codes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (classes[codes[i]!]! & URI_PARAMETER) !== 0 && codes[i] !== 0x25) i++;
  return i;
}

/** -1 where there is no host name or IPv4 address. */
function hostEnd(wire: string, codes: Uint8Array, start: number, end: number): number {
  let odd = false;
  // The start of the host counts like a dot.
  let last = 0;
  let i = start;
  while (i < end) {
    const code = codes[i]!;
    if ((classes[code]! & HOST) === 0) break;
    if (code < DIGIT_0 && last < DIGIT_0) odd = true;
    last = code;
    i++;
  }
  if (i - start > longestLabel) odd = true;
  if (i === start || ((odd || last <= DIGIT_9) && !isHostName(wire.slice(start, i)))) return -1;
  return i;
}

/** -1 where there is no port of at most five digits. */
function portEnd(codes: Uint8Array, start: number, end: number): number {
  const i = skip(codes, start, end, DIGIT);
  if (i === start || i - start > 5) return -1;
  let port = 0;
  for (let j = start; j < i; j++) port = port * 10 + codes[j]! - DIGIT_0;
  return port <= 65_535 ? i : -1;
}

/** Whether a From or To has a tag: an address in angle brackets, with or without a name, and no other parameter than that. */
function tagOf(
  wire: string,
  codes: Uint8Array,
  start: number,
  end: number,
): 'present' | 'absent' | 'unclear' {
  let i = skipBlank(codes, start, end);
  if (codes[i] === QUOTE) {
    i++;
    while (i < end && codes[i] !== QUOTE && codes[i]! >= SP && codes[i]! < 0x7f && codes[i] !== BACKSLASH)
      i++;
    if (codes[i] !== QUOTE) return 'unclear';
    i = skipBlank(codes, i + 1, end);
  } else while (i < end && ((classes[codes[i]!]! & TOKEN) !== 0 || codes[i] === SP)) i++;
  if (i >= end || codes[i] !== LESS) return 'unclear';
  const uriStart = ++i;
  while (i < end && codes[i] !== GREATER) i++;
  if (i >= end || !isPlainUri(wire, codes, uriStart, i)) return 'unclear';
  i++;
  if (i === end) return 'absent';
  const isTag =
    codes[i] === SEMICOLON &&
    codes[i + 1] === 0x74 &&
    codes[i + 2] === 0x61 &&
    codes[i + 3] === 0x67 &&
    codes[i + 4] === EQUALS;
  return isTag && i + 5 < end && skip(codes, i + 5, end, TOKEN) === end ? 'present' : 'unclear';
}

/** Whether a CSeq has a number of at most nine digits and the method that the message begins with. */
function isSequenceOf(codes: Uint8Array, methodLength: number, start: number, end: number): boolean {
  const from = skipBlank(codes, start, end);
  let i = skip(codes, from, end, DIGIT);
  if (i === from || i - from > 9 || codes[i] !== SP) return false;
  i++;
  if (end - i !== methodLength) return false;
  for (let j = 0; j < methodLength; j++) if (codes[i + j] !== codes[j]) return false;
  return true;
}

/**
 * The branch of a Via field with one value and without white space in its parameters, no two of which begin with the same letter.
 * @returns undefined where it is written otherwise, or does not begin with the magic cookie
 */
function branchOf(wire: string, codes: Uint8Array, start: number, end: number): string | undefined {
  let i = skipBlank(codes, start, end);
  if (!isVersionAt(codes, i) || codes[i + 7] !== 0x2f) return undefined;
  const transport = i + 8;
  i = skip(codes, transport, end, TOKEN);
  if (i === transport || codes[i] !== SP) return undefined;
  i = hostEnd(wire, codes, i + 1, end);
  if (i === -1) return undefined;
  if (codes[i] === COLON) i = portEnd(codes, i + 1, end);
  if (i === -1) return undefined;
  let letters = 0;
  let branch: string | undefined;
  while (i < end) {
    if (codes[i] !== SEMICOLON) return undefined;
    const nameStart = i + 1;
    const letter = codes[nameStart]! | 0x20;
    if (letter < 0x61 || letter > 0x7a || (letters & (1 << (letter - 0x61))) !== 0) return undefined;
    letters |= 1 << (letter - 0x61);
    i = skip(codes, nameStart, end, TOKEN);
    const nameEnd = i;
    if (codes[i] !== EQUALS) continue;
    const valueStart = i + 1;
    i = skip(codes, valueStart, end, TOKEN);
    if (i === valueStart) return undefined;
    if (letter === 0x62 && wire.slice(nameStart, nameEnd) === 'branch') branch = wire.slice(valueStart, i);
  }
  if (branch === undefined || branch.length <= magicCookie.length) return undefined;
  return branch.startsWith(magicCookie) ? branch : undefined;
}
