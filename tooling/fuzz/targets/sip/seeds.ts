const sdp =
  'v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49172 RTP/AVP 0\r\n';

function message(start: string, fields: readonly string[], body = ''): string {
  return `${[start, ...fields, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

const common = [
  'Via: SIP/2.0/TLS pool1.contoso.example:5061;branch=z9hG4bK776asdhds;alias, SIP/2.0/TLS [2001:db8::1];branch=z9hG4bKb;received=2001:db8::9',
  'Max-Forwards: 70',
  'From: "Alice \\"A\\"" <sip:alice@contoso.example>;tag=1928301774',
  'To: Bob <sip:bob@fabrikam.example;user=phone>',
  'Call-ID: a84b4c76e66710@pc33.contoso.example',
];

/** Well-formed messages that between them use every field the package has a type for, folds and compact names. */
export function seedMessages(): readonly string[] {
  return [
    message(
      'INVITE sip:bob@fabrikam.example;transport=tls SIP/2.0',
      [
        ...common,
        'CSeq: 314159 INVITE',
        'Route: <sip:edge.contoso.example;lr>,\r\n <sip:edge.fabrikam.example;lr>',
        'Record-Route: <sip:pool1.contoso.example;lr>',
        'm: <sip:alice@192.0.2.1;ob>;+sip.instance="<urn:uuid:1>";reg-id=1;q=0.5',
        'k: outbound, path, gruu',
        'Require: 100rel',
        'Session-Expires: 1800;refresher=uac',
        'P-Asserted-Identity: <sip:alice@contoso.example>, <tel:+12015550123>',
        'Date: Sat, 13 Nov 2010 23:29:00 GMT',
        'c: application/sdp',
      ],
      sdp,
    ),
    message('REGISTER sips:contoso.example SIP/2.0', [
      ...common,
      'CSeq: 1 REGISTER',
      'Contact: *',
      'Expires: 0',
      'Path: <sip:token@edge.contoso.example;lr;ob>',
      'Authorization: Digest username="alice", realm="contoso.example", nonce="x", uri="sip:contoso.example", response="0"',
    ]),
    message('SIP/2.0 200 OK', [
      ...common,
      'CSeq: 314159 INVITE',
      'Contact:\r\n <sip:bob@192.0.2.4>\r\n ;expires=3600',
      'Allow: INVITE, ACK, CANCEL, BYE',
      'Warning: 399 sip.contoso.example "text"',
    ]),
    message('NOTIFY sip:alice@192.0.2.1 SIP/2.0', [
      ...common,
      'CSeq: 2 NOTIFY',
      'o: presence;id=1',
      'Subscription-State: active;expires=60',
      'Refer-To: <sip:bob@fabrikam.example?Replaces=1%40a%3Bto-tag%3D2%3Bfrom-tag%3D3>',
      'Reason: SIP;cause=200;text="Call completed elsewhere"',
      'X-Unknown: Gr\xc3\xbc\xc3\x9fe ;;,,',
    ]),
  ];
}
