import { classes, SLASH, SP, TOKEN } from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';
import { quoteForPeople, type SipProblem } from '../syntax/problem.ts';
import type { Head } from './head-index.ts';
import { SipRequest } from './request.ts';
import { SipResponse } from './response.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * Turns an indexed head into a message by reading its start line.
 *
 * @returns the message, or the problem of its start line.
 * @see RFC 3261 §7.1, §7.2
 */
export function messageFrom(wire: string, head: Head): SipMessage | SipProblem {
  const kinds = classes;
  const end = head.startLineEnd;
  if (startsWithVersion(wire)) return responseFrom(wire, head, end);
  const codes = codesOf(wire, head.bodyStart);
  let i = 0;
  while ((kinds[codes[i]!]! & TOKEN) !== 0) i++;
  const uriStart = i + 1;
  const space = wire.indexOf(' ', uriStart);
  if (i === 0 || codes[i] !== SP || space >= end || space <= uriStart) return badRequestLine(wire, end);
  if (space !== end - 8 || !isVersionAt(codes, space + 1)) {
    const version = wire.slice(space + 1, end);
    if (version.toUpperCase() !== 'SIP/2.0') {
      return /^SIP\/[0-9]{1,9}\.[0-9]{1,9}$/i.test(version) ? badVersion(version) : badRequestLine(wire, end);
    }
  }
  return new SipRequest(wire, head, wire.slice(0, i), space);
}

/** Whether `SIP/2.0` stands at an offset. */
export function isVersionAt(codes: Uint8Array, at: number): boolean {
  return (
    codes[at] === 0x53 &&
    codes[at + 1] === 0x49 &&
    codes[at + 2] === 0x50 &&
    codes[at + 3] === SLASH &&
    codes[at + 4] === 0x32 &&
    codes[at + 5] === 0x2e &&
    codes[at + 6] === 0x30
  );
}

/** Whether wire text starts like a status line. A method cannot hold a slash, so there is no doubt. */
export function startsWithVersion(wire: string): boolean {
  if (wire.charCodeAt(3) !== 0x2f) return false;
  return wire.slice(0, 4).toUpperCase() === 'SIP/';
}

function responseFrom(wire: string, head: Head, end: number): SipResponse | SipProblem {
  const space = wire.indexOf(' ');
  const version = wire.slice(0, space);
  if (space === -1 || space >= end) return badStatusLine(wire, end);
  if (version !== 'SIP/2.0' && version.toUpperCase() !== 'SIP/2.0') return badVersion(version);
  // Status-Code = 3DIGIT, then SP even where the reason phrase is empty.
  const status = (digit(wire, space + 1) * 10 + digit(wire, space + 2)) * 10 + digit(wire, space + 3);
  if (!(status >= 100 && status <= 699) || wire.charCodeAt(space + 4) !== SP) return badStatusLine(wire, end);
  return new SipResponse(wire, head, status, space + 5);
}

function digit(wire: string, at: number): number {
  const value = wire.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function badRequestLine(wire: string, end: number): SipProblem {
  return {
    code: 'malformed-start-line',
    status: 400,
    message: `Request line: expected "METHOD URI SIP/2.0" with single spaces, found ${quoteForPeople(wire.slice(0, end))}`,
  };
}

function badStatusLine(wire: string, end: number): SipProblem {
  return {
    code: 'malformed-start-line',
    status: 400,
    message: `Status line: expected "SIP/2.0 CODE reason" with a code from 100 to 699, found ${quoteForPeople(wire.slice(0, end))}`,
  };
}

function badVersion(version: string): SipProblem {
  return {
    code: 'unsupported-version',
    status: 505,
    message: `Version: expected SIP/2.0, found ${quoteForPeople(version)}`,
  };
}
