import { codesOf } from '../syntax/codes.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { wireFromBytes, wireFromText } from '../syntax/text.ts';
import { indexHead } from './head-index.ts';
import type { SipMessage } from './sip-message.ts';
import { messageFrom } from './start-line.ts';

const unlimited = {
  maxStartLineBytes: Number.MAX_SAFE_INTEGER,
  maxHeaders: Number.MAX_SAFE_INTEGER,
  maxHeaderBytes: Number.MAX_SAFE_INTEGER,
  maxBodyBytes: Number.MAX_SAFE_INTEGER,
};

/** The body of a new message as wire text. */
export function bodyWire(body: string | Uint8Array | undefined): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? wireFromText(body) : wireFromBytes(body);
}

/**
 * A body of more bytes is stored separately from the header. A value of a header is a slice that keeps the whole header in memory;
 * so a value that is kept longer than its message never keeps a large body.
 */
export const smallBodyBytes = 4_096;

const correctParts = 'correct the parts that the message is made of';

/**
 * Creates a message from wire text that this package has built itself.
 *
 * @param wire - The header with its empty line, and the body where that is small.
 * @param largeBody - The body where it is not.
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the caller's parts do not form a message.
 */
export function messageOfOwn(wire: string, largeBody = ''): SipMessage {
  const head = indexHead(codesOf(wire, wire.length), wire, 0, wire.length, unlimited);
  if (head === 'incomplete')
    throw new SipArgumentError(
      'expected a complete header, found none',
      'message',
      'end the header with an empty line',
    );
  if ('broken' in head) throw new SipArgumentError(head.broken.message, 'header of a message', correctParts);
  const message = messageFrom(wire, head);
  if (!('kind' in message)) throw new SipArgumentError(message.message, 'message', correctParts);
  if (largeBody !== '') message.attachBody(largeBody);
  return message;
}

/** As {@link messageOfOwn}, for a body of any size. */
export function assemble(header: string, body: string): SipMessage {
  return body.length > smallBodyBytes ? messageOfOwn(header, body) : messageOfOwn(header + body);
}
