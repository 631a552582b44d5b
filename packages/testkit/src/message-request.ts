import { createRequest, type RequestParts, type SipRequest } from '@entente/sip';

/**
 * A MESSAGE from one user to another over TLS, changed as asked. A test writes out what it is about, and nothing else.
 * @param from - URI of the sender, in From
 * @param to - URI of the receiver, in To and as the Request-URI
 * @param parts - what is different
 */
export function requestBetween(from: string, to: string, parts: Partial<RequestParts> = {}): SipRequest {
  return createRequest({
    method: 'MESSAGE',
    uri: to,
    from: `<${from}>;tag=1`,
    to: `<${to}>`,
    callId: 'c',
    cseq: 1,
    via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
    ...parts,
  });
}
