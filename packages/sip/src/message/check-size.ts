import type { SipProblem } from '../syntax/problem.ts';
import { checkIsMessage } from './check-given.ts';
import { type Head, STRIDE } from './head-index.ts';
import { headersTooLong, startLineTooLong, tooManyHeaders } from './head-problems.ts';
import { type MessageLimits, readLimitsOnce } from './limits.ts';
import { bodyTooLong } from './parse-message.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * Checks a whole message against limits, for instance those of the next hop before it is sent there. No byte is read again.
 *
 * @param message - Received or built.
 * @param limits - What the receiver accepts. They are checked once, and are not to be changed afterwards.
 * @returns the first limit that it exceeds, or `undefined`.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` for a limit that is not a whole number above 0, or that does not exist
 */
export function checkSize(message: SipMessage, limits: MessageLimits): SipProblem | undefined {
  checkIsMessage(message, 'checkSize');
  return sizeProblem(message.head, readLimitsOnce(limits));
}

/** As {@link checkSize}, for an indexed head. The body counts as announced. */
export function sizeProblem(head: Head, limits: MessageLimits): SipProblem | undefined {
  if (head.startLineEnd > limits.maxStartLineBytes) return startLineTooLong(limits);
  if (head.lines.length > limits.maxHeaders * STRIDE) return tooManyHeaders(limits);
  if (head.bodyStart > limits.maxHeaderBytes) return headersTooLong(limits);
  if (head.contentLength > limits.maxBodyBytes) return bodyTooLong(head.contentLength, limits);
  return undefined;
}
