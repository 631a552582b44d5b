import { CSeq } from '../headers/cseq.ts';
import { type NameAddr, parseNameAddr } from '../headers/name-addr.ts';
import type { Via } from '../headers/via.ts';
import { isAll, TOKEN } from '../syntax/characters.ts';
import { checkGiven, checkParts, type PartKind } from '../syntax/check-parts.ts';
import { SipArgumentError, type SipProblem, SipSyntaxError } from '../syntax/problem.ts';
import type { Uri } from '../uri/uri.ts';
import { assemble, bodyWire } from './assemble.ts';
import { checkMediaType } from './check-media-type.ts';
import { methodMismatch } from './check-message.ts';
import { rawNul } from './head-problems.ts';
import { fieldLine, fieldPairs, type HeaderFields } from './header-field.ts';
import { hasRawNul } from './raw-nul.ts';
import type { SipRequest } from './request.ts';
import { requestUri } from './request-uri-text.ts';

/**
 * The parts of a new request. Texts are written as they are, once `uri`, `from` and `to` have been read as what they are; values of this
 * package are serialised.
 */
export interface RequestParts {
  /** A token, for example `INVITE`; methods compare with case. */
  readonly method: string;
  /** With its scheme, without header components (RFC 3261 §19.1.1). */
  readonly uri: Uri | string;
  /** As a text with a tag (RFC 3261 §8.1.1.3). A `NameAddr` may have none, for it may be that of a peer that sends none (RFC 2543). */
  readonly from: NameAddr | string;
  /** Without a tag outside a dialog (RFC 3261 §8.1.1.2). A text is checked to be one address. */
  readonly to: NameAddr | string;
  /** One value for all requests of a dialog, or of a registering client (RFC 3261 §8.1.1.4). */
  readonly callId: string;
  /** A CSeq, or its number alone (0 to 2^31 - 1). */
  readonly cseq: CSeq | number;
  /** Topmost first. A transaction adds the topmost Via itself, so a request may start with none. */
  readonly via?: Via | string | readonly (Via | string)[];
  /** 0–255, default 70. */
  readonly maxForwards?: number;
  /** First hop first. */
  readonly routes?: readonly (NameAddr | string)[];
  /** Where later requests of the dialog go, or the bindings of a REGISTER; default no Contact (RFC 3261 §8.1.1.8). */
  readonly contact?: NameAddr | string | readonly (NameAddr | string)[];
  /** Fields beyond those above, in order. Content-Length is not among them: it is written from the body. */
  readonly headers?: HeaderFields;
  /** Media type of the body, for example `application/sdp`; default no Content-Type (RFC 3261 §20.15). */
  readonly contentType?: string;
  /** Text is sent as UTF-8, bytes as they are; default an empty body. */
  readonly body?: string | Uint8Array;
}

const kinds = {
  method: 'text',
  uri: 'value',
  from: 'value',
  to: 'value',
  callId: 'text',
  cseq: 'sequence',
  via: 'values',
  maxForwards: 'number',
  routes: 'values',
  contact: 'values',
  headers: 'fields',
  contentType: 'text',
  body: 'body',
} satisfies Record<keyof RequestParts, PartKind>;
const needed = ['method', 'uri', 'from', 'to', 'callId', 'cseq'] as const;

/**
 * Builds a request. Content-Length is always written.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part has another name, is missing, or is not allowed in a message, for example
 *   a line break or a NUL in a value, a URI without its scheme, a text for From without a tag, a CSeq of another method, or a second From.
 * @see RFC 3261 §8.1.1
 */
export function createRequest(parts: RequestParts): SipRequest {
  checkParts(parts, kinds, 'request');
  for (const name of needed) checkGiven(parts[name], kinds[name], name);
  const { method, maxForwards = 70 } = parts;
  if (!isAll(method, TOKEN)) {
    throw new SipArgumentError(
      `expected a token, found ${JSON.stringify(method)}`,
      'method of a request',
      "use letters, digits and -.!%*_+`'~ alone (RFC 3261 §25.1)",
    );
  }
  const uri = typeof parts.uri === 'string' ? requestUri(parts.uri) : parts.uri.toString();
  if (typeof parts.from === 'string') checkSender(parts.from);
  if (typeof parts.to === 'string') address('To', parts.to);
  if (!(Number.isInteger(maxForwards) && maxForwards >= 0 && maxForwards <= 255)) {
    throw new SipArgumentError(
      `expected 0 to 255, found ${maxForwards}`,
      'Max-Forwards',
      'give a number in this range; 70 is usual (RFC 3261 §8.1.1.6)',
    );
  }
  const cseq = typeof parts.cseq === 'number' ? new CSeq(parts.cseq, method) : parts.cseq;
  const body = bodyWire(parts.body);
  let out = `${method} ${uri} SIP/2.0\r\n`;
  for (const via of listed(parts.via)) out += fieldLine('Via', via);
  for (const route of listed(parts.routes)) out += fieldLine('Route', route);
  out += fieldLine('Max-Forwards', maxForwards);
  out += fieldLine('From', parts.from);
  out += fieldLine('To', parts.to);
  out += fieldLine('Call-ID', parts.callId);
  out += fieldLine('CSeq', cseq);
  for (const contact of listed(parts.contact)) out += fieldLine('Contact', contact);
  if (parts.headers !== undefined) {
    for (const [name, value] of fieldPairs(parts.headers)) out += fieldLine(name, value);
  }
  if (parts.contentType !== undefined) out += fieldLine('Content-Type', parts.contentType);
  out += `Content-Length: ${body.length}\r\n\r\n`;
  const request = assemble(out, body) as SipRequest;
  checkReadable(request, parts);
  return request;
}

/** What a peer would refuse is not built. Values of this package are what they are; texts and further fields are read once. */
function checkReadable(request: SipRequest, parts: RequestParts): void {
  const unreadable = ({ message, header }: SipProblem) =>
    new SipArgumentError(
      message,
      header ?? 'header of a request',
      'correct the part, or the field in headers; a field that has a part of its own is given there',
    );
  const { head } = request;
  if (head.problem !== undefined) throw unreadable(head.problem);
  if (hasRawNul(request.headerWire, head)) throw unreadable(rawNul);
  try {
    request.callId;
    if (hasText(parts.via)) request.vias;
    if (hasText(parts.routes)) request.routes;
    if (hasText(parts.contact)) request.contacts;
    if (parts.contentType !== undefined) checkMediaType(parts.contentType);
    const { method } = request.cseq;
    if (method !== request.method) throw unreadable(methodMismatch(request.method, method));
  } catch (error) {
    throw error instanceof SipSyntaxError ? unreadable(error.problem) : error;
  }
}

/** Texts are read once; a value of this package is what it says. */
function hasText(given: unknown): boolean {
  return listed(given).some((one) => typeof one === 'string');
}

function listed<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

function address(name: 'From' | 'To', text: string): NameAddr {
  const parsed = parseNameAddr(text);
  if (parsed.ok) return parsed.value;
  throw new SipArgumentError(
    parsed.error.message,
    name,
    'write it as "Alice" <sip:alice@contoso.example>;tag=1, or build it with NameAddr.from',
  );
}

function checkSender(text: string): void {
  if ((address('From', text).tag ?? '') !== '') return;
  throw new SipArgumentError(
    `expected a tag, found ${JSON.stringify(text)}`,
    'From',
    'add ;tag= and a random token behind the address (RFC 3261 §8.1.1.3)',
  );
}
