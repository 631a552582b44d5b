import { CSeq } from '../headers/cseq.ts';
import type { NameAddr } from '../headers/name-addr.ts';
import type { Via } from '../headers/via.ts';
import { isAll, TOKEN } from '../syntax/characters.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import type { Uri } from '../uri/uri.ts';
import { assemble, bodyWire } from './assemble.ts';
import { fieldLine, fieldPairs, type HeaderFields } from './header-field.ts';
import type { SipRequest } from './request.ts';

/** The parts of a new request. Texts are written as they are; values of this package are serialised. */
export interface RequestParts {
  readonly method: string;
  readonly uri: Uri | string;
  readonly from: NameAddr | string;
  readonly to: NameAddr | string;
  readonly callId: string;
  /** A CSeq, or its number alone (0 to 2^31 - 1). */
  readonly cseq: CSeq | number;
  /** Topmost first. A transaction adds the topmost Via itself, so a request may start with none. */
  readonly via?: Via | string | readonly (Via | string)[];
  /** 0–255, default 70. */
  readonly maxForwards?: number;
  /** First hop first. */
  readonly routes?: readonly (NameAddr | string)[];
  readonly contact?: NameAddr | string | readonly (NameAddr | string)[];
  /** Fields beyond those above, in order. */
  readonly headers?: HeaderFields;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
}

/**
 * Builds a request. Content-Length is always written.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a part is not allowed in a message, for example a line break
 *   in a value.
 * @see RFC 3261 §8.1.1
 */
export function createRequest(parts: RequestParts): SipRequest {
  const { method, maxForwards = 70 } = parts;
  if (!isAll(method, TOKEN)) {
    throw new SipArgumentError(
      `expected a token, found ${JSON.stringify(method)}`,
      'method of a request',
      "use letters, digits and -.!%*_+`'~ alone (RFC 3261 §25.1)",
    );
  }
  const uri = parts.uri.toString();
  if (uri.length === 0 || hasSpace(uri)) {
    throw new SipArgumentError(
      `expected a URI without white space, found ${JSON.stringify(uri)}`,
      'Request-URI',
      'escape what a URI cannot hold (RFC 3986 §2.1)',
    );
  }
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
  return assemble(out, body) as SipRequest;
}

function listed<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

function hasSpace(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) <= 0x20) return true;
  return false;
}
