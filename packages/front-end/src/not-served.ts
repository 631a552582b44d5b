import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/**
 * The refusal of a request for this server itself that it does not serve (RFC 3261 §8.2.1).
 * @param method - of the request
 * @param allowed - methods that it serves, as in Allow
 */
export function registerOnly(method: string, allowed: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected ${allowed} for this server itself, found ${method}`,
    'Address the request to a user.',
    [['Allow', allowed]],
  );
}

/**
 * The refusal of what a user publishes (RFC 3903 §6).
 * @param request - PUBLISH
 */
export function eventNotSupported(request: SipRequest): RequestRefusal {
  return refusal(
    'event-not-supported',
    489,
    `Event: expected none, for no server here keeps what is published, found ${request.get('Event') ?? 'none'}`,
    'Turn publishing of presence off in the client.',
  );
}
