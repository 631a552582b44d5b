import { describe, expect, it } from 'vitest';
import { checkMessage } from './check-message.ts';
import { parseWire } from './parse-message.ts';

function faultOf(lines: readonly string[], via = 'SIP/2.0/TLS a.example;branch=z9hG4bK1') {
  const text = [
    'OPTIONS sip:bob@fabrikam.example SIP/2.0',
    `Via: ${via}`,
    'Max-Forwards: 70',
    'From: <sip:alice@contoso.example>;tag=1',
    'To: <sip:bob@fabrikam.example>',
    'Call-ID: 1',
    'CSeq: 1 OPTIONS',
    ...lines,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseWire(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const fault = checkMessage(parsed.message);
  const whole = parseWire(text, { check: 'all' });
  expect(whole.ok).toBe(fault === undefined);
  return fault;
}

// Each field by what the grammar of its RFC takes and refuses.
describe('checkMessage', () => {
  it.each([
    'Contact: *',
    'Contact: <sip:a@b>;q=0.123;expires=0, sip:c@d;q=1.000, "X" <tel:+1>;q=0.',
    'Contact: <sip:a@b>;expires=never',
    'm: <sip:a@b?x=y>;methods="INVITE,BYE"',
    'Route: <sip:a;lr>, "Hop, two" <sips:b;lr>;x=1',
    'Record-Route: Hop <sip:a;lr>',
    'Path: <sip:a;lr>,<sip:b;lr;ob>',
    'Service-Route: <sip:a;lr>',
    'History-Info: <sip:a@b?Reason=SIP%3Bcause%3D302>;index=1.1',
    'P-Asserted-Identity: "A" <sip:a@b>, tel:+12015550123',
    'Refer-To: <sip:a@b?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3;method=INVITE>'.replace(';method=INVITE', ''),
    'r: sip:a@b',
    'Referred-By: <sip:a@b>;cid="1@c"',
    'Reply-To: A <sip:a@b>',
    'Alert-Info: <http://a.example/ring.wav>;x',
    'Call-Info: <http://a.example/a.jpg>;purpose=icon, <http://a.example/>;purpose=info',
    'Error-Info: <sip:announcement@a.example>',
    'Require: timer',
    'Supported:',
    'k: path, gruu',
    'Allow: INVITE,ACK',
    'Allow-Events: presence, presence.winfo',
    'Accept:',
    'Accept: text/*;q=0.5;level="a,b", */*, application/sdp;q=0',
    'Accept-Encoding:',
    'Accept-Encoding: gzip;q=1.0, *;q=0.1',
    'Accept-Language: da, en-gb;q=0.8',
    'Content-Type: multipart/mixed;boundary="a b"',
    'Content-Disposition: session;handling=Optional;x="y"',
    'Content-Disposition: x-new',
    'Date: Sat, 13 Nov 2010 23:29:00 GMT',
    'Expires: 4294967295',
    'Expires: 99999999999999999999',
    'Min-Expires: 0',
    'Flow-Timer: 120',
    'Retry-After: 18000 (in (a) meeting);duration=3600',
    'Retry-After: 0000000000120;x=y',
    'Warning: 307 isi.example:5060 "a \\"b\\"", 399 [2001:db8::1] "x, y", 399 pseudonym ""',
    'Reason: SIP;cause=200;text="Call completed elsewhere", Q.850;cause=16',
    'Event: presence.winfo;id=a1',
    'Subscription-State: active;expires=0;x',
    'Subscription-State: terminated;reason=probation;retry-after=5',
    'RSeq: 4294967295',
    'RAck: 1 0 INVITE',
    'Session-Expires: 90;refresher=UAS;x=y',
    'Min-SE: 90;x=y',
    'Replaces: 1@a;to-tag=2;from-tag=3;early-only;x=y',
    'Target-Dialog: 1@a;remote-tag=2;local-tag=3',
    'Privacy: header;user;id;critical',
    'Privacy: none',
    'Identity: aGVhZA.cGF5.c2ln;info=<https://a.example/c.pem>;alg=ES256;ppt=shaken, ..c2ln;info=<https://a/>',
    'y: a-b_c/d+e ; info = <https://a.example/c.pem>',
    'Identity: r5mwreLu0T/iPw=',
    'SIP-ETag: a1',
    'X-Other: anything @ all',
  ])('takes %s', (line) => expect(faultOf([line])).toBeUndefined());

  it.each([
    ['Contact', '*, <sip:a@b>'],
    ['Contact', '*;q=1'],
    ['Contact', ''],
    ['Contact', '<sip:a@b>;q=1.001'],
    ['Contact', '<sip:a@b>;q=0.1234'],
    ['Contact', '<sip:a@b>;q=.5'],
    ['Contact', '<sip:a@b>;q=-1'],
    ['Contact', '<sip:a@b>;q'],
    ['Contact', '<sip:a@b>;q="0.5"'],
    ['Contact', '<sip:a@b>,'],
    ['Route', 'sip:a;lr'],
    ['Record-Route', '<sip:a;lr>, sip:b;lr'],
    ['Path', 'sip:a'],
    ['Service-Route', 'sip:a'],
    ['History-Info', 'sip:a@b;index=1'],
    ['P-Asserted-Identity', '<sip:a@>'],
    ['P-Preferred-Identity', ''],
    ['Refer-To', 'a@b'],
    ['Referred-By', '<sip:a@b'],
    ['Reply-To', 'A, B <sip:a@b>'],
    ['Alert-Info', 'http://a.example/'],
    ['Call-Info', '<no uri>;purpose=icon'],
    ['Error-Info', '<sip:a@b>;;'],
    ['Require', 'a b'],
    ['Proxy-Require', 'a;b'],
    ['Supported', ',a'],
    ['Unsupported', 'a,'],
    ['Allow', 'INVITE ACK'],
    ['Allow-Events', 'presence..winfo'],
    ['Accept', 'text'],
    ['Accept', 'text/plain;q=2'],
    ['Accept', 'text/plain,,text/html'],
    ['Accept-Encoding', 'gzip;q=x'],
    ['Accept-Language', 'en gb'],
    ['Content-Type', 'text'],
    ['Content-Type', 'text/plain;'],
    ['Content-Disposition', 'session;handling="optional"'],
    ['Content-Disposition', ';handling=optional'],
    ['Date', 'Sat, 13 nov 2010 23:29:00 GMT'],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 UTC'],
    ['Date', 'Saturday, 13-Nov-10 23:29:00 GMT'],
    ['Expires', 'soon'],
    ['Expires', '-1'],
    ['Min-Expires', '4294967296'],
    ['Flow-Timer', '1.5'],
    ['Retry-After', '(soon)'],
    ['Retry-After', '5 (open'],
    ['Retry-After', '5 (a\x01b)'],
    ['Retry-After', '5;duration=x'],
    ['Retry-After', '4294967296'],
    ['Warning', '39 a "x"'],
    ['Warning', '3999 a "x"'],
    ['Warning', '399 a'],
    ['Warning', '399  a "x"'],
    ['Warning', '399 a@b "x"'],
    ['Warning', '399 a "x" y'],
    ['Reason', ''],
    ['Reason', 'SIP;cause=none'],
    ['Reason', 'SIP;text=two words'],
    ['Event', 'presence.'],
    ['Event', '.winfo'],
    ['Event', 'a b'],
    ['Subscription-State', 'active;expires'],
    ['Subscription-State', 'terminated;retry-after=soon'],
    ['Subscription-State', ';expires=1'],
    ['RSeq', '0'],
    ['RSeq', '4294967296'],
    ['RAck', '0 1 INVITE'],
    ['RAck', '1 4294967296 INVITE'],
    ['RAck', '1 1'],
    ['Session-Expires', '90;refresher=both'],
    ['Session-Expires', ';refresher=uac'],
    ['Min-SE', 'x'],
    ['Replaces', '1;to-tag=2'],
    ['Replaces', '1;to-tag=2;from-tag=3;to-tag=4'],
    ['Replaces', '1;to-tag=2;from-tag=3, 2;to-tag=2;from-tag=3'],
    ['Target-Dialog', '1;local-tag=2'],
    ['Target-Dialog', '@;local-tag=2;remote-tag=3'],
    ['Privacy', 'none;id'],
    ['Privacy', 'id,user'],
    ['SIP-If-Match', 'a b'],
  ])('refuses %s: %s', (name, value) => {
    expect(faultOf([`${name}: ${value}`])).toMatchObject({
      code: 'malformed-header',
      header: name,
      status: 400,
    });
  });

  it.each([
    'ttl=255',
    'ttl=0',
    'maddr=239.255.255.1',
    'maddr=[ff02::1]',
    'rport',
    'rport=5060',
    'x="y"',
    'keep',
  ])('takes the Via parameter %s', (parameter) =>
    expect(faultOf([], `SIP/2.0/TLS a;${parameter};branch=z9hG4bK1`)).toBeUndefined(),
  );

  it.each([
    'ttl=256',
    'ttl=0255',
    'ttl',
    'ttl=x',
    'maddr=a_b',
    'maddr',
    'maddr=2001:db8::1',
    'rport=0',
    'rport=65536',
    'rport=x',
    'received',
    'received=a.example',
  ])('refuses the Via parameter %s', (parameter) => {
    const below = `SIP/2.0/TLS a;branch=z9hG4bK1\r\nVia: SIP/2.0/TLS b;branch=z9hG4bK2;${parameter}`;
    expect(faultOf([], below)).toMatchObject({ code: 'malformed-header', header: 'Via' });
  });

  it('refuses a Via branch that is no token', () => {
    expect(faultOf([], 'SIP/2.0/TLS a;branch="z9hG4bK1"')).toMatchObject({ header: 'Via' });
  });

  it.each(['From', 'To'])('refuses a response whose %s has no valid URI', (name) => {
    const lines = [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/TLS a.example;branch=z9hG4bK1',
      `From: <${name === 'From' ? 'e' : 'sip:alice@contoso.example'}>;tag=1`,
      `To: <${name === 'To' ? 'e' : 'sip:bob@fabrikam.example'}>;tag=2`,
      'Call-ID: 1',
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
    ];
    const parsed = parseWire(`${lines.join('\r\n')}\r\n\r\n`);
    expect(parsed.ok && checkMessage(parsed.message)).toMatchObject({
      code: 'malformed-header',
      header: name,
    });
  });
});
