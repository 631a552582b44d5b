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

const correctParts = 'correct the parts that the message is made of';

/**
 * Makes a message from wire text this package has written itself.
 *
 * @throws SipArgumentError (code SIP_INVALID_ARGUMENT) where the caller's parts do not add up to a message.
 */
export function messageOfOwn(wire: string): SipMessage {
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
  return message;
}
