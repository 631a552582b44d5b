import { edit, type SipRequest } from '@entente/sip';

/**
 * A REGISTER of a client as the registrar reads it. Path is what proxies write (RFC 3327 §5.2): a client that wrote one itself would
 * lead what others send it to any server that we may dial.
 */
export function withoutOwnPath(request: SipRequest): SipRequest {
  return request.has('Path') ? edit(request).remove('Path').toMessage() : request;
}
