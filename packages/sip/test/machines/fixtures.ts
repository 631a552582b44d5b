import {
  createRequest,
  createResponse,
  type RequestParts,
  type SipRequest,
  type SipResponse,
  Via,
} from '@entente/sip';

/** A request of alice to bob. */
export function request(method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return createRequest({
    method,
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=a1',
    to: '<sip:bob@contoso.example>',
    callId: 'call-1@192.0.2.1',
    cseq: 1,
    via: Via.from({ transport: 'TLS', host: '192.0.2.1', port: 40_000, branch: 'z9hG4bKone' }),
    contact: '<sip:alice@192.0.2.1:40000>',
    ...parts,
  });
}

/** A response to it, with a To tag. */
export function respond(
  original: SipRequest,
  status: number,
  headers: Record<string, string | string[]> = {},
  toTag = 'b1',
  body = '',
): SipResponse {
  return createResponse(original, status, undefined, {
    toTag,
    headers,
    ...(body !== '' && { body, contentType: 'application/sdp' }),
  });
}
