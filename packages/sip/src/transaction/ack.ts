import { checkIsRequest, checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { derivedRequest } from './derived-request.ts';

/**
 * The ACK that an INVITE client transaction sends for a 300–699 response. The ACK for a 2xx belongs to the dialog.
 * @param request - the INVITE as sent
 * @param response - the failure
 * @see RFC 3261 §17.1.1.3
 */
export function ackForFailure(request: SipRequest, response: SipResponse): SipRequest {
  checkIsRequest(request, 'ackForFailure');
  checkIsResponse(response, 'ackForFailure');
  return derivedRequest(request, 'ACK', response);
}
