import type { SipProblem } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/** What of a request was not looked at, by why. */
export const notTaken = {
  /** The sender, or all of its kind together, have as much under way as they may have. */
  'no-room': refusal(
    'no-room',
    503,
    'expected a sender with room for one more request, found none left: of its connection, address, user or server, or of all alike',
    'Wait for answers before sending more, or raise maxBytesInFlight where the memory allows it.',
  ),
  'in-vain': refusal(
    'no-room',
    503,
    'expected a target that takes requests of this client, found one where those before led to nothing, many a second',
    'Look for why the target answers nothing, or 5xx; it is tried again within seconds.',
  ),
  overloaded: refusal(
    'overloaded',
    503,
    'expected time for one more request that begins something new, found more to do than this server can',
    'Look at entente_sip_queue_delay_seconds and for who sends so much; add a server to the pool where the load is meant.',
  ),
} as const;
/** It is not this server that has no room: 503 would have the server in front of it send nobody's requests here (RFC 3263 §4.3). */
export const senderHasNoRoom = refusal(
  'no-room',
  500,
  'expected a sender who leaves room for others of the same server, found one with too much under way',
  'Wait for answers before sending more.',
);

/**
 * A message that its next hop would refuse is not sent.
 * @param problem - with its size
 */
export function tooLarge({ message, status }: SipProblem): RequestRefusal {
  return refusal('message-too-large', status, message, 'Send less in the header of the message.');
}
