import { smallBodyBytes } from '../message/assemble.ts';
import { indexHead } from '../message/head-index.ts';
import { bodyTooLong, completeMessage, fail, type ParsedMessage } from '../message/parse-message.ts';
import { type ParseOptions, readParseOptions } from '../message/parse-options.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { bytesFromText, checkBytes, wireFromBytes } from '../syntax/text.ts';

/**
 * Parses the one SIP message in a WebSocket message. Content-Length may be absent; where it is present it must agree with the
 * body, because a WebSocket message contains one SIP message and nothing else.
 *
 * @param data - The payload of a text or binary WebSocket message.
 * @returns as `parseMessage`. A refusal leaves the connection usable, so no fault is fatal.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is given neither, for a limit that is none, or an option that there is not
 * @see RFC 7118 §5.2, §5.3
 */
export function parseWebSocketMessage(data: string | Uint8Array, options: ParseOptions = {}): ParsedMessage {
  const { check, limits } = readParseOptions(options);
  if (typeof data !== 'string') checkBytes(data);
  if (data.length > limits.maxHeaderBytes + limits.maxBodyBytes) {
    return fail('', bodyTooLong(data.length, limits), [], false);
  }
  const bytes = typeof data === 'string' ? bytesFromText(data) : data;
  const text = wireFromBytes(bytes);
  const head = indexHead(bytes, text, 0, bytes.length, limits);
  if (head === 'incomplete') return fail(text, unclosed, [], false);
  if ('broken' in head) return fail(text, head.broken, head.lines, false);
  const length = text.length - head.bodyStart;
  if (length > limits.maxBodyBytes) return fail(text, bodyTooLong(length, limits), head.lines, false);
  if (head.contentLength !== -1 && head.contentLength !== length) {
    return fail(text, lengthMismatch(head.contentLength, length), head.lines, false);
  }
  if (length <= smallBodyBytes) return completeMessage(text, head, check);
  return completeMessage(
    wireFromBytes(bytes, 0, head.bodyStart),
    head,
    check,
    wireFromBytes(bytes, head.bodyStart),
  );
}

const unclosed: SipProblem = {
  code: 'malformed-header',
  status: 400,
  message: 'Header: expected an empty line at its end, found the end of the WebSocket message',
};

function lengthMismatch(announced: number, found: number): SipProblem {
  return {
    code: announced > found ? 'body-incomplete' : 'trailing-bytes',
    header: 'Content-Length',
    status: 400,
    message: `Content-Length: expected the ${found} bytes of the body in this WebSocket message, found ${announced}`,
  };
}
