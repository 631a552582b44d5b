import { Buffer } from 'node:buffer';
import {
  addressOfRecord,
  canonicalHost,
  checkMessage,
  createResponse,
  edit,
  NameAddr,
  parseMessage,
  parseNameAddr,
  parseUri,
  parseVia,
  parseWarning,
  type SipRequest,
  SipUri,
  StreamFramer,
  serverTransactionKey,
  uriEquals,
  Via,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';

// What RFC 5118 asks of parsers, each rule with messages of our own.

interface Changes {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

function message({ method = 'OPTIONS', uri = 'sip:[2001:db8::5]', via, lines = [], body = '' }: Changes) {
  return Buffer.from(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via ?? 'SIP/2.0/TLS [2001:db8::7];branch=z9hG4bK7'}`,
      'Max-Forwards: 70',
      'From: <sip:alice@contoso.example>;tag=1',
      'To: <sip:bob@fabrikam.example>',
      'Call-ID: six@contoso.example',
      `CSeq: 1 ${method}`,
      ...lines,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

function accepted(changes: Changes): SipRequest {
  const parsed = parseMessage(message(changes), { check: 'all' });
  if (!parsed.ok) throw new Error(parsed.error.message);
  if (parsed.message.kind !== 'request') throw new Error('expected a request');
  return parsed.message;
}

function refusal(changes: Changes) {
  const parsed = parseMessage(message(changes), { check: 'all' });
  if (parsed.ok) throw new Error('expected a refusal');
  return { code: parsed.error.code, status: parsed.error.response?.status };
}

const sip = (text: string): SipUri => {
  const parsed = parseUri(text);
  if (!parsed.ok || parsed.value.kind !== 'sip') throw new Error(`${text} is no SIP URI`);
  return parsed.value;
};

describe('an IPv6 reference in a message (RFC 5118 §4.1, §4.7)', () => {
  it('is read in the Request-URI, Via, From, To, Contact, Route, Record-Route and Path', () => {
    const request = accepted({
      method: 'REGISTER',
      uri: 'sips:[2001:db8:a::1]:5061;transport=tls',
      lines: [
        'Contact: "Desk" <sip:alice@[::1]:5070;ob>;expires=60, sip:alice@[2001:db8::9];q=0.5',
        'Route: <sip:[2001:db8::2]:5061;lr>',
        'Record-Route: <sip:[2001:db8::3];lr>',
        'Path: <sip:[2001:db8::4];lr>',
      ],
    });
    expect(request.uri).toMatchObject({ host: '[2001:db8:a::1]', port: 5061 });
    expect(request.topVia).toMatchObject({ host: '[2001:db8::7]', port: undefined });
    const places = [
      ...request.contacts,
      ...request.routes,
      ...request.recordRoutes,
      ...request.addressesOf('Path'),
    ];
    expect(places.map(({ uri }) => uri.kind === 'sip' && uri.host)).toEqual([
      '[::1]',
      '[2001:db8::9]',
      '[2001:db8::2]',
      '[2001:db8::3]',
      '[2001:db8::4]',
    ]);
    expect(request.contacts[1]?.parameters.get('q')).toBe('0.5');
  });

  it('stands beside IPv4 addresses and names in one list of Via values', () => {
    const via =
      'SIP/2.0/TLS [2001:db8::7]:6050;branch=z9hG4bK1, SIP/2.0/TCP 192.0.2.4;branch=z9hG4bK2\r\n' +
      'Via: SIP/2.0/WSS pc.contoso.example;branch=z9hG4bK3;received=2001:db8::8';
    const hosts = accepted({ via }).vias.map(({ host, port, received }) => [host, port, received]);
    expect(hosts).toEqual([
      ['[2001:db8::7]', 6050, undefined],
      ['192.0.2.4', undefined, undefined],
      ['pc.contoso.example', undefined, '2001:db8::8'],
    ]);
  });

  it.each(['[::]', '[::1]', '[1::]', '[2001:db8::1]', '[2001:DB8:0:0:0:0:0:1]', '[2001:0db8::0001]'])(
    'may be %s wherever a host may stand',
    (host) => {
      expect(sip(`sip:a@${host}`).host).toBe(host.toLowerCase());
      expect(parseVia(`SIP/2.0/TLS ${host}`)).toMatchObject({ ok: true, value: { host } });
      expect(parseNameAddr(`<sip:${host}:5061;lr>`).ok).toBe(true);
      expect(parseWarning(`399 ${host}:5061 "text"`).ok).toBe(true);
      expect(accepted({ uri: `sip:${host}` }).uri).toMatchObject({ kind: 'sip' });
    },
  );

  it('survives an answer and an edit byte for byte', () => {
    const request = accepted({ via: 'SIP/2.0/TLS [2001:DB8:0::7]:5061;branch=z9hG4bK7' });
    const response = createResponse(request, 200, 'OK', { toTag: 'b' });
    expect(response.get('Via')).toBe(request.get('Via'));
    const forwarded = edit(request).prepend('Via', Via.from({ transport: 'TLS', host: '2001:db8::2' }));
    expect(forwarded.toMessage().vias.map((via) => via.host)).toEqual(['[2001:db8::2]', '[2001:DB8:0::7]']);
  });
});

describe('an IPv6 address without its brackets (RFC 5118 §4.2)', () => {
  it.each([
    'sip:2001:db8::5',
    'sip:bob@2001:db8::5',
    'sip:::1',
    'sip:bob@::1',
    'sip:2001:db8::5:5060',
    'sip:2001:db8:0:0:0:0:0:5',
  ])('is no Request-URI: %s gets 400', (uri) => {
    expect(refusal({ uri }).status).toBe(400);
  });

  it.each([
    ['Via', { via: 'SIP/2.0/TLS 2001:db8::7;branch=z9hG4bK7' }],
    ['Contact', { lines: ['Contact: <sip:alice@2001:db8::9>'] }],
    ['Route', { lines: ['Route: <sip:2001:db8::9;lr>'] }],
    ['Path', { lines: ['Path: <sip:2001:db8::9;lr>'] }],
  ])('is no host in %s: 400', (_, changes) => {
    expect(refusal(changes).status).toBe(400);
  });

  it('is put into brackets where this package builds a URI or Via', () => {
    expect(SipUri.from({ user: 'a', host: '2001:db8::1', port: 5061 }).toString()).toBe(
      'sip:a@[2001:db8::1]:5061',
    );
    expect(Via.from({ transport: 'TLS', host: '2001:db8::1' }).sentBy).toBe('[2001:db8::1]');
  });
});

describe('the port beside an IPv6 reference (RFC 5118 §4.3, §4.4)', () => {
  it('inside the brackets is part of the address, outside it is the port', () => {
    expect(sip('sip:[2001:db8::5:5070]')).toMatchObject({ host: '[2001:db8::5:5070]', port: undefined });
    expect(sip('sip:[2001:db8::5]:5070')).toMatchObject({ host: '[2001:db8::5]', port: 5070 });
    expect(parseVia('SIP/2.0/TLS [2001:db8::5:5070]')).toMatchObject({ value: { port: undefined } });
    expect(parseVia('SIP/2.0/TLS [2001:db8::5]:5070')).toMatchObject({ value: { port: 5070 } });
    expect(uriEquals(sip('sip:[2001:db8::5:5070]'), sip('sip:[2001:db8::5]:5070'))).toBe(false);
  });

  it.each(['sip:[2001:db8::5]5070', 'sip:[2001:db8::5]:', 'sip:[2001:db8::5]:x', 'sip:[2001:db8::5]:70000'])(
    'is refused in %s',
    (text) => expect(parseUri(text).ok).toBe(false),
  );

  it.each(['SIP/2.0/TLS [2001:db8::5]5070', 'SIP/2.0/TLS [2001:db8::5]:', 'SIP/2.0/TLS [2001:db8::5'])(
    'is refused in Via: %s',
    (text) => expect(parseVia(text).ok).toBe(false),
  );
});

describe('the received parameter of Via (RFC 5118 §4.5)', () => {
  it.each(['received=2001:db8::8', 'received=[2001:db8::8]', 'RECEIVED = [2001:db8::8]'])(
    'gives the address without brackets: %s',
    (parameter) => {
      const request = accepted({ via: `SIP/2.0/TLS [2001:db8::7] ;${parameter};branch=z9hG4bK7` });
      expect(request.topVia.received).toBe('2001:db8::8');
      expect(request.topVia.branch).toBe('z9hG4bK7');
    },
  );

  it('is written without brackets, however the address is given', () => {
    const via = Via.from({ transport: 'TLS', host: 'a.example', branch: 'z9hG4bK1' });
    for (const address of ['2001:db8::8', '[2001:db8::8]']) {
      expect(via.withParameter('received', address).toString()).toBe(
        'SIP/2.0/TLS a.example;branch=z9hG4bK1;received=2001:db8::8',
      );
    }
  });

  it.each([
    'received=pc.contoso.example',
    'received=[2001:db8::8',
    'received=2001:db8::8::1',
    'received=1.2',
  ])('is an address and nothing else: %s gets 400', (parameter) => {
    expect(refusal({ via: `SIP/2.0/TLS a.example;${parameter};branch=z9hG4bK7` }).status).toBe(400);
  });
});

describe('IPv6 addresses in a body (RFC 5118 §4.6, §4.8)', () => {
  const sdp =
    'v=0\r\no=- 1 1 IN IP6 2001:db8::9\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 192.0.2.9\r\n' +
    'm=video 4002 RTP/AVP 31\r\nc=IN IP6 2001:db8::a\r\n';
  const changes = { method: 'INVITE', body: sdp, lines: ['Content-Type: application/sdp'] };

  it('are none of the package’s business: the body comes through untouched', () => {
    const request = accepted(changes);
    expect(request.bodyText).toBe(sdp);
    const forwarded = edit(request)
      .setUri('sip:[2001:db8::2]')
      .prepend('Via', 'SIP/2.0/TLS [::1];branch=z9hG4bK2')
      .toMessage();
    expect(forwarded.bodyText).toBe(sdp);
  });

  it('do not disturb the framing, wherever the stream is cut', () => {
    const bytes = message(changes);
    for (let at = 1; at < bytes.length; at++) {
      const seen: string[] = [];
      const framer = new StreamFramer({ check: 'all' });
      const sink = {
        message: (one: { bodyText: string }) => void seen.push(one.bodyText),
        error: (fault: { message: string }) => void seen.push(fault.message),
      };
      framer.push(bytes.subarray(0, at), sink);
      framer.push(bytes.subarray(at), sink);
      expect(seen).toEqual([sdp]);
    }
  });
});

describe('an IPv4-mapped address (RFC 5118 §4.9)', () => {
  it('is read in URI, Via and received, its port outside the brackets', () => {
    const request = accepted({
      uri: 'sip:bob@[::ffff:192.0.2.9]:5070',
      via: 'SIP/2.0/TLS [::FFFF:192.0.2.10]:19823;received=::ffff:192.0.2.11;branch=z9hG4bK7',
      lines: ['Contact: <sip:alice@[::ffff:192.0.2.12]>'],
    });
    expect(request.uri).toMatchObject({ host: '[::ffff:192.0.2.9]', port: 5070 });
    expect(request.topVia).toMatchObject({ host: '[::FFFF:192.0.2.10]', port: 19_823 });
    expect(request.topVia.received).toBe('::ffff:192.0.2.11');
    expect(request.contacts[0]?.uri).toMatchObject({ host: '[::ffff:192.0.2.12]' });
  });

  it('is the same host in either spelling, and another than the IPv4 address (RFC 3261 §19.1.4)', () => {
    expect(canonicalHost('[::ffff:192.0.2.1]')).toBe(canonicalHost('[::ffff:c000:201]'));
    expect(uriEquals(sip('sip:[::ffff:192.0.2.1]'), sip('sip:192.0.2.1'))).toBe(false);
  });

  it.each(['::ffff:256.0.2.1', '::ffff:192.0.2', '::ffff:192.0.2.1.1', '::192.0.2.1:1', '192.0.2.1::'])(
    'is refused as [%s]',
    (address) => expect(parseUri(`sip:[${address}]`).ok).toBe(false),
  );
});

describe('the extra colon of the RFC 3261 grammar (RFC 5118 §4.10)', () => {
  const three = 'sip:bob@[2001:db8:::192.0.2.9]';
  const two = 'sip:bob@[2001:db8::192.0.2.9]';

  it('is tolerated, and means the address without it', () => {
    for (const uri of [three, two]) expect(accepted({ uri }).uri.kind).toBe('sip');
    expect(uriEquals(sip(three), sip(two))).toBe(true);
    expect(addressOfRecord(sip(three))).toBe(addressOfRecord(sip(two)));
    expect(parseVia('SIP/2.0/TLS [2001:db8:::192.0.2.9]:5061').ok).toBe(true);
  });

  it('goes on as it came, since a proxy leaves alone what it need not change', () => {
    expect(accepted({ uri: three }).uri.toString()).toBe(three);
  });

  it.each(['2001:db8:::1', ':::1', '2001:::192.0.2.9::', '2001:db8::::192.0.2.9', ':::'])(
    'is tolerated nowhere else: [%s]',
    (address) => expect(parseUri(`sip:[${address}]`).ok).toBe(false),
  );
});

describe('one IPv6 address', () => {
  const spellings = [
    '[2001:db8::1]',
    '[2001:DB8::1]',
    '[2001:0db8:0000:0000:0000:0000:0000:0001]',
    '[2001:db8:0:0::1]',
    '[2001:db8::0:1]',
    '[2001:db8::0.0.0.1]',
  ];

  it.each(spellings)('in the spelling %s is the same host, user and transaction', (host) => {
    const first = spellings[0]!;
    expect(canonicalHost(host)).toBe(canonicalHost(first));
    expect(uriEquals(sip(`sip:a@${host}:5061`), sip(`sip:a@${first}:5061`))).toBe(true);
    expect(addressOfRecord(sip(`sips:a@${host}`))).toBe(addressOfRecord(sip(`sip:a@${first}`)));
    const key = (name: string) =>
      serverTransactionKey(accepted({ via: `SIP/2.0/TLS ${name};branch=z9hG4bK7` }));
    expect(key(host)).toBe(key(first));
  });

  it.each([
    'fe80::1%25eth0',
    'fe80::1%eth0',
    'v1.fe80::1',
    '::12345',
    ':1',
    '1:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '::g',
    ' ::1',
    '',
    '192.0.2.1',
    'contoso.example',
  ])('is not [%s]: no scope, no other form', (address) => {
    expect(parseUri(`sip:[${address}]`).ok).toBe(false);
    expect(parseVia(`SIP/2.0/TLS [${address}]`).ok).toBe(false);
    expect(() => SipUri.from({ host: `[${address}]` })).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
    );
  });

  it('is written into an address that reads back', () => {
    const address = NameAddr.from({ uri: SipUri.from({ user: 'a', host: '::1' }), displayName: 'Desk' });
    expect(address.toString()).toBe('Desk <sip:a@[::1]>');
    expect(checkMessage(accepted({ lines: [`Contact: ${address}`] }))).toBeUndefined();
  });
});
