import type { SipRequest } from '../message/request.ts';
import { derivedRequest } from './derived-request.ts';

/**
 * The CANCEL for a request that was sent. It may go out only after a provisional response arrived, and makes sense for
 * INVITE alone.
 * @param request - the INVITE as sent, with the Via of its client transaction
 * @see RFC 3261 §9.1
 */
export function createCancel(request: SipRequest): SipRequest {
  return derivedRequest(request, 'CANCEL', request);
}
