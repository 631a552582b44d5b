import type { NameAddr } from '../headers/name-addr.ts';
import { isAll, TOKEN } from '../syntax/characters.ts';
import { checkParts, type PartKind } from '../syntax/check-parts.ts';
import { SipArgumentError, SipSyntaxError } from '../syntax/problem.ts';
import { assemble, bodyWire } from './assemble.ts';
import { checkMediaType } from './check-media-type.ts';
import { STRIDE } from './head-index.ts';
import { fieldLine, fieldPairs, fieldValue, type HeaderFields } from './header-field.ts';
import { CALL_ID, CSEQ, FROM, headerId, RECORD_ROUTE, TO, VIA } from './header-names.ts';
import { reasonPhrase } from './reason-phrases.ts';
import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';

/** The optional parts of a new response. */
export interface ResponseParts {
  /** Set as the tag of To where the request has none there. Every response but 100 needs one (RFC 3261 §8.2.6.2). */
  readonly toTag?: string | undefined;
  /** Where later requests of the dialog go, or in a 3xx where else to try; default no Contact. */
  readonly contact?: NameAddr | string;
  /** Fields beyond those copied from the request, in order. */
  readonly headers?: HeaderFields;
  /** Media type of the body, for example `application/sdp`; default no Content-Type (RFC 3261 §20.15). */
  readonly contentType?: string;
  /** Text is sent as UTF-8, bytes as they are; default an empty body. */
  readonly body?: string | Uint8Array;
  /**
   * Whether Record-Route is copied. Default: where the response creates a dialog, that is 101–299 to INVITE, SUBSCRIBE,
   * NOTIFY and REFER without a To tag (RFC 3261 §12.1.1, RFC 6665 §4.4.1).
   */
  readonly recordRoute?: boolean;
}

const kinds = {
  toTag: 'text',
  contact: 'value',
  headers: 'fields',
  contentType: 'text',
  body: 'body',
  recordRoute: 'truth',
} satisfies Record<keyof ResponseParts, PartKind>;
const noParts: ResponseParts = {};

const dialogMethods = new Set(['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'UPDATE']);
const TIMESTAMP = headerId('Timestamp');

/**
 * Builds the response to a request: Via, From, To, Call-ID and CSeq are copied byte for byte, Record-Route where due,
 * Timestamp into a 100. Content-Length is always written.
 *
 * @param status - 100–699.
 * @param reason - Default: the usual phrase of the status.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the status or a part is not allowed in a response, or a part has another name.
 * @see RFC 3261 §8.2.6
 */
export function createResponse(
  request: SipRequest,
  status: number,
  reason: string = reasonPhrase(status),
  parts: ResponseParts = noParts,
): SipResponse {
  if ((request as SipRequest | undefined)?.kind !== 'request')
    throw new SipArgumentError(
      'expected a request, found something else',
      'request of a response',
      'give the message that is answered, of which kind is "request"',
    );
  if (parts !== noParts) checkParts(parts, kinds, 'response');
  if (!(Number.isInteger(status) && status >= 100 && status <= 699)) {
    throw new SipArgumentError(
      `expected 100 to 699, found ${status}`,
      'status of a response',
      'give one of RFC 3261 §21',
    );
  }
  const { toTag } = parts;
  if (toTag !== undefined && !isAll(toTag, TOKEN)) {
    throw new SipArgumentError(
      `expected a token, found ${JSON.stringify(toTag)}`,
      'tag of To',
      "use letters, digits and -.!%*_+`'~ alone (RFC 3261 §25.1)",
    );
  }
  const recordRoute =
    parts.recordRoute ?? (status > 100 && status < 300 && dialogMethods.has(request.method));
  const addTag = toTag !== undefined && request.to.tag === undefined;
  let out = `SIP/2.0 ${status} ${fieldValue('Reason phrase', reason)}\r\n`;
  out += copyFields(
    request.headerWire,
    request.head.lines,
    addTag ? toTag : undefined,
    recordRoute,
    status === 100,
  );
  if (parts.contact !== undefined) out += fieldLine('Contact', parts.contact);
  if (parts.headers !== undefined) {
    for (const [name, value] of fieldPairs(parts.headers)) out += fieldLine(name, value);
  }
  if (parts.contentType !== undefined) checkMediaType(parts.contentType);
  if (parts.contentType !== undefined) out += fieldLine('Content-Type', parts.contentType);
  const body = bodyWire(parts.body);
  out += `Content-Length: ${body.length}\r\n\r\n`;
  const response = assemble(out, body) as SipResponse;
  if (typeof parts.contact === 'string') checkContact(response);
  return response;
}

/** A text is read once. */
function checkContact(response: SipResponse): void {
  try {
    response.contacts;
  } catch (error) {
    if (!(error instanceof SipSyntaxError)) throw error;
    throw new SipArgumentError(
      error.message,
      'Contact',
      'write it as <sip:alice@192.0.2.1:5061>, or build it with NameAddr.from',
    );
  }
}

/** The lines that a response copies from its request, in their order. */
export function copyFields(
  wire: string,
  lines: readonly number[],
  toTag: string | undefined,
  recordRoute: boolean,
  timestamp: boolean,
): string {
  let out = '';
  for (let i = 0; i < lines.length; i += STRIDE) {
    const id = lines[i + 3]! & 0xff;
    const end = lines[i + 2]!;
    if (id === TO && toTag !== undefined) out += `${wire.slice(lines[i]!, end)};tag=${toTag}\r\n`;
    else if (
      id === VIA ||
      id === FROM ||
      id === TO ||
      id === CALL_ID ||
      id === CSEQ ||
      (recordRoute && id === RECORD_ROUTE) ||
      (timestamp && id === TIMESTAMP)
    ) {
      out += wire.slice(lines[i]!, end + 2);
    }
  }
  return out;
}
