/** An INVITE with SDP as a pool sees it: 672 bytes, thirteen fields. */
export function sampleInvite(): string {
  const body = [
    'v=0',
    'o=alice 2890844526 2890844526 IN IP4 192.0.2.101',
    's=-',
    'c=IN IP4 192.0.2.101',
    't=0 0',
    'm=audio 49172 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    '',
  ].join('\r\n');
  const head = [
    'INVITE sip:bob@fabrikam.example SIP/2.0',
    'Via: SIP/2.0/TLS pool1.contoso.example:5061;branch=z9hG4bK776asdhds',
    'Max-Forwards: 70',
    'Route: <sip:edge.contoso.example;lr>',
    'To: Bob <sip:bob@fabrikam.example>',
    'From: Alice <sip:alice@contoso.example>;tag=1928301774',
    'Call-ID: a84b4c76e66710@pc33.contoso.example',
    'CSeq: 314159 INVITE',
    'Contact: <sip:alice@pc33.contoso.example;transport=tls>',
    'User-Agent: Contoso/1.0',
    'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE',
    'Supported: outbound, path, gruu',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
  ].join('\r\n');
  return `${head}\r\n\r\n${body}`;
}
