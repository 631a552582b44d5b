import { checkText } from '../syntax/check-text.ts';
import { codesFrom } from '../syntax/codes.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { bytesFromWire, wireFromBytes } from '../syntax/text.ts';
import { smallBodyBytes } from './assemble.ts';
import { checkMessage, checkRouting } from './check-message.ts';
import { type Head, indexHead } from './head-index.ts';
import { rawNul } from './head-problems.ts';
import type { MessageLimits } from './limits.ts';
import { type CheckDepth, type ParseOptions, readParseOptions } from './parse-options.ts';
import { hasRawNul } from './raw-nul.ts';
import { rejectionFor } from './rejection.ts';
import type { SipResponse } from './response.ts';
import type { SipMessage } from './sip-message.ts';
import { messageFrom } from './start-line.ts';

/** Why a message was refused. */
export interface MessageFault extends SipProblem {
  /** Whether the place where the next message starts is unknown, so that a stream must be closed. */
  readonly fatal: boolean;
  /** The response to send where the message is a request that may be answered (no ACK) and has a Via to send it to. */
  readonly response?: SipResponse;
}

/** The result of parsing a message. */
export type ParsedMessage =
  | { readonly ok: true; readonly message: SipMessage }
  | { readonly ok: false; readonly error: MessageFault };

/**
 * Parses one message that fills a datagram: the body ends where Content-Length says, or with the bytes where there is
 * none; bytes after it are ignored (RFC 3261 §18.3). For streams see `StreamFramer`.
 *
 * @param bytes - The message. They are copied.
 * @returns the message, or a fault that carries the response to send.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is given no bytes, a limit that is none, or an option that there is not
 * @see RFC 3261 §7, §18.3
 */
export function parseMessage(bytes: Uint8Array, options: ParseOptions = {}): ParsedMessage {
  const { check, limits } = readParseOptions(options);
  const text = wireFromBytes(bytes);
  const head = indexHead(bytes, text, 0, bytes.length, limits);
  if (head === 'incomplete') return fail(text, unclosed(text), linesOfUnclosed(text, limits));
  if ('broken' in head) return fail(text, head.broken, head.lines);
  const available = text.length - head.bodyStart;
  const length = head.contentLength === -1 ? available : head.contentLength;
  if (length > limits.maxBodyBytes) return fail(text, bodyTooLong(length, limits), head.lines);
  if (length > available) return fail(text, bodyIncomplete(length, available), head.lines);
  if (length > smallBodyBytes) {
    const end = head.bodyStart + length;
    return completeMessage(
      wireFromBytes(bytes, 0, head.bodyStart),
      head,
      check,
      wireFromBytes(bytes, head.bodyStart, end),
    );
  }
  const wire = length === available ? text : text.slice(0, head.bodyStart + length);
  codesFrom(wire, bytes);
  return completeMessage(wire, head, check);
}

/** As `parseMessage`, for a message held as wire text: one character per byte. */
export function parseWire(text: string, options: ParseOptions = {}): ParsedMessage {
  checkText(text);
  return parseMessage(bytesFromWire(text), options);
}

/**
 * Reads and checks a message whose extent is known. The framing is intact, so no fault from here is fatal.
 *
 * @param wire - The header, and behind it a body of at most `smallBodyBytes`.
 * @param largeBody - The body where it is larger.
 */
export function completeMessage(
  wire: string,
  head: Head,
  check: CheckDepth = 'addresses',
  largeBody = '',
): ParsedMessage {
  const message = messageFrom(wire, head);
  if (!('kind' in message)) return fail(wire, message, head.lines, false);
  if (hasRawNul(wire, head)) return fail(wire, rawNul, head.lines, false);
  const problem = check === 'all' ? checkMessage(message) : checkRouting(message, check !== 'routing');
  if (problem !== undefined) return fail(wire, problem, head.lines, false);
  if (largeBody !== '') message.attachBody(largeBody);
  return { ok: true, message };
}

/** Builds the failed result with its response. */
export function fail(
  wire: string,
  problem: SipProblem,
  lines: readonly number[],
  fatal = true,
): ParsedMessage {
  const response = rejectionFor(wire, lines, problem);
  return {
    ok: false,
    error: response === undefined ? { ...problem, fatal } : { ...problem, fatal, response },
  };
}

/** The lines of a header that the datagram ends before it does: closed here only so that a response can name them. */
function linesOfUnclosed(text: string, limits: MessageLimits): readonly number[] {
  const whole = `${text}${text.endsWith('\r\n') ? '' : '\r\n'}\r\n`;
  const bytes = bytesFromWire(whole);
  const closed = indexHead(bytes, whole, 0, bytes.length, limits);
  return closed === 'incomplete' ? [] : closed.lines;
}

function unclosed(text: string): SipProblem {
  if (text.length === 0)
    return { code: 'empty-message', status: 400, message: 'Message: expected bytes, found none' };
  return {
    code: 'malformed-header',
    status: 400,
    message: 'Header: expected an empty line at its end, found the end of the message',
  };
}

/** The body is announced larger than allowed. */
export function bodyTooLong(length: number, limits: MessageLimits): SipProblem {
  return {
    code: 'body-too-long',
    status: 513,
    message: `Body: expected at most ${limits.maxBodyBytes} bytes, found ${length} announced`,
  };
}

function bodyIncomplete(length: number, available: number): SipProblem {
  return {
    code: 'body-incomplete',
    status: 400,
    message: `Body: expected ${length} bytes as Content-Length says, found ${available}`,
  };
}
