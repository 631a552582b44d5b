import { checkIsRequest } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import { derivedRequest } from './derived-request.ts';

/**
 * The CANCEL for a request that was sent. It may be sent only after a provisional response was received, and only
 * for INVITE.
 * @param request - the INVITE as sent, with the Via of its client transaction
 * @see RFC 3261 §9.1
 */
export function createCancel(request: SipRequest): SipRequest {
  checkIsRequest(request, 'createCancel');
  return derivedRequest(request, 'CANCEL', request);
}
