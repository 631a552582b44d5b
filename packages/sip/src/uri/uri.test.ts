import { describe, expect, it, vi } from 'vitest';
import { Parameters } from '../parameters/parameters.ts';
import { addressOfRecord, uriEquals } from './compare-uri.ts';
import { parseUri } from './parse-uri.ts';
import { encodeUriHeaders, OpaqueUri, SipUri, TelUri, type Uri } from './uri.ts';

function uri(text: string): Uri {
  const parsed = parseUri(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function sip(text: string): SipUri {
  const value = uri(text);
  if (value.kind !== 'sip') throw new Error(`${text} is no SIP URI`);
  return value;
}

describe('parseUri', () => {
  it('takes a SIP URI apart', () => {
    const value = sip(
      'sips:al%69ce:pa%20ss@Contoso.Example:5061;transport=TLS;lr;maddr=192.0.2.1?Subject=a%20b&to=x',
    );
    expect(value).toMatchObject({
      scheme: 'sips',
      user: 'alice',
      password: 'pa ss',
      host: 'contoso.example',
      port: 5061,
    });
    expect(value.transport).toBe('tls');
    expect(value.isLooseRouter).toBe(true);
    expect(value.parameters.get('MADDR')).toBe('192.0.2.1');
    expect(value.headers).toEqual([
      ['Subject', 'a b'],
      ['to', 'x'],
    ]);
  });

  it('keeps parameters of the user part in the user part', () => {
    expect(sip('sip:user;par=u%40example.net@contoso.example').user).toBe('user;par=u@example.net');
  });

  it('unescapes once, keeps nulls, and keeps escapes that are not UTF-8', () => {
    expect(sip('sip:value%2541@a').user).toBe('value%41');
    expect(sip('sip:null-%00@a').user).toBe('null-\0');
    expect(sip('sip:x%ff@a').user).toBe('x%FF');
  });

  it('escapes a per cent sign of plain text, what is not ASCII, and nothing that may stand in a user part', () => {
    expect(SipUri.from({ user: 'a%41b', host: 'a' }).rawUser).toBe('a%2541b');
    expect(SipUri.from({ user: '\u00fc b', host: 'a' }).rawUser).toBe('%C3%BC%20b');
    expect(SipUri.from({ user: '\u00fc\u0141', host: 'a' }).rawUser).toBe('%C3%BC%C5%81');
    expect(SipUri.from({ user: "aZ09-_.!~*'()&=+$,;?/", host: 'a' }).rawUser).toBe("aZ09-_.!~*'()&=+$,;?/");
  });

  it('reads IPv6 references, also with the extra colon of the old grammar', () => {
    expect(sip('sip:[2001:db8::10]:5070')).toMatchObject({ host: '[2001:db8::10]', port: 5070 });
    expect(sip('sip:[2001:db8::10:5070]').port).toBeUndefined();
    expect(sip('sip:u@[2001:db8:::192.0.2.1]').host).toBe('[2001:db8:::192.0.2.1]');
  });

  it.each([
    'b',
    'b.',
    'b1',
    'a-b.c--d.x1',
    '1.b',
    '3com.example',
    '4f2a',
    '192.0.2.1',
    'XN--BCHER-KVA.example',
  ])('takes the host %s', (host) => {
    expect(sip(`sip:a@${host}:5061`).host).toBe(host.toLowerCase());
    expect(sip(`sip:${host}`).host).toBe(host.toLowerCase());
    expect(SipUri.from({ host }).host).toBe(host.toLowerCase());
  });

  it('reads tel and keeps other schemes opaque', () => {
    expect(uri('tel:+1-201-555-0123;ext=5')).toMatchObject({
      kind: 'tel',
      digits: '+12015550123',
      isGlobal: true,
    });
    expect(uri('tel:70-42*#a;phone-context=contoso.example')).toMatchObject({
      digits: '7042*#a',
      isGlobal: false,
    });
    expect(uri('URN:service:sos')).toMatchObject({ kind: 'opaque', scheme: 'urn', rest: 'service:sos' });
  });

  it.each([
    'sip:',
    'sip:@a',
    'sip:a@',
    'sip:a b@c',
    'sip:a@b:',
    'sip:a@b:65536',
    'sip:a@b:5061x',
    'sip:a@b;',
    'sip:a@b;x=',
    'sip:a@b;x;X',
    'sip:a@b?',
    'sip:a@b?=v',
    'sip:a@b?h',
    'sip:a%4@b',
    'sip:a%zz@b',
    'sip:2001:db8::10',
    'sip:[2001:db8::1::2]',
    'sip:[::1',
    'sip:a@@b',
    '<sip:a@b>',
    'sip:ä@b',
    'sip:a@b..c',
    'sip:a@.b',
    'sip:a@.',
    'sip:a@-b',
    'sip:a@b-',
    'sip:a@b-.c',
    'sip:a@b.-c',
    'sip:a@b_c',
    'sip:a@1',
    'sip:a@b.1',
    'sip:a@1.2.3',
    'sip:a@1.2.3.256',
    'sip:a@1.2.3.4.5',
    ':x',
    '1x:y',
    'x',
    'tel:',
    'tel:+',
    'tel:12a!',
    'tel:911',
    'tel:+1A',
    'tel:+1*2',
    'tel:12;phone-context=',
    'tel:+1;ext=5;EXT=5',
    'tel:+1;x y',
  ])('refuses %s', (text) => {
    expect(parseUri(text)).toMatchObject({ ok: false, error: { code: 'malformed-uri', status: 400 } });
  });

  it('says of a number that begins with no + and names no context what it lacks, as of an emergency number that is dialled alone', () => {
    for (const text of ['tel:112', 'TEL:112'])
      expect(parseUri(text)).toMatchObject({
        error: { message: expect.stringMatching(/RFC 3966 §3.*begins with \+.*phone-context.*112/) },
      });
    expect(parseUri('sip:')).toMatchObject({ error: { message: expect.stringContaining('RFC 3261 §25.1') } });
  });
});

describe('SipUri', () => {
  it('escapes what its parts may not hold', () => {
    const value = SipUri.from({ user: 'a@b c', host: '2001:db8::1', parameters: { x: 'a;b', lr: true } });
    expect(value.toString()).toBe('sip:a%40b%20c@[2001:db8::1];x=a%3Bb;lr');
    expect(sip(value.toString()).user).toBe('a@b c');
  });

  it('changes one part and keeps the others', () => {
    const value = sip('sip:alice@contoso.example:5061;transport=tls');
    expect(value.with({ port: undefined }).toString()).toBe('sip:alice@contoso.example;transport=tls');
    expect(value.with({ user: 'bob' }).toString()).toBe('sip:bob@contoso.example:5061;transport=tls');
    expect(value.with({ user: undefined }).toString()).toBe('sip:contoso.example:5061;transport=tls');
  });

  it('keeps the other parts to the letter, whatever a peer wrote', () => {
    const odd = sip('sip:x%ff%41:p%2f@contoso.example:0;x=%41?a=%42');
    expect(odd.with({ scheme: 'sips' }).toString()).toBe('sips:x%ff%41:p%2f@contoso.example:0;x=%41?a=%42');
    expect(odd.with({ headers: undefined }).toString()).toBe('sip:x%ff%41:p%2f@contoso.example:0;x=%41');
  });

  it('refuses tel numbers and opaque URIs that would not read back', () => {
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    for (const number of ['', '+', '+1a', '911', '+1 2', '+1>'])
      expect(() => new TelUri(number)).toThrow(fault);
    const local = new TelUri('911', Parameters.from({ 'phone-context': 'contoso.example' }));
    expect(uri(local.toString())).toMatchObject({ number: '911' });
    for (const [scheme, rest] of [
      ['', 'x'],
      ['URN', 'x'],
      ['urn', ''],
      ['urn', 'a b'],
      ['urn', 'a>'],
    ] as const)
      expect(() => new OpaqueUri(scheme, rest)).toThrow(fault);
    expect(uri(new OpaqueUri('urn', 'service:sos').toString())).toMatchObject({ scheme: 'urn' });
  });

  it('refuses header components that would break out of the URI', () => {
    for (const headers of ['a=b c', 'a=b>', 'a="b"', 'a=b\r\n', 'a=\u00fc']) {
      expect(() => SipUri.from({ host: 'a', headers })).toThrow(
        expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
      );
    }
  });

  it('refuses hosts and ports that cannot be', () => {
    for (const parts of [
      { host: '' },
      { host: 'a b' },
      { host: 'a..b' },
      { host: 'a', port: 0 },
      { host: '[x]' },
    ]) {
      expect(() => SipUri.from(parts)).toThrow(expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }));
    }
  });

  it('writes header fields for a URI', () => {
    const headers = encodeUriHeaders([['Replaces', '1@a;to-tag=2;from-tag=3']]);
    expect(sip(`sip:bob@fabrikam.example?${headers}`).headers).toEqual([
      ['Replaces', '1@a;to-tag=2;from-tag=3'],
    ]);
  });
});

// The pairs of RFC 3261 §19.1.4 in our domains, and what RFC 5118 and 5627 add.
describe('uriEquals', () => {
  it.each([
    ['sip:%61lice@contoso.example;transport=TCP', 'sip:alice@CONTOSO.example;Transport=tcp'],
    ['sip:carol@contoso.example', 'sip:carol@contoso.example;newparam=5'],
    ['sip:carol@contoso.example', 'sip:carol@contoso.example;security=on'],
    ['sip:carol@contoso.example;newparam=5', 'sip:carol@contoso.example;security=on'],
    [
      'sip:contoso.example;transport=tcp?to=sip:b%40c&subject=x',
      'sip:contoso.example;transport=TCP?subject=x&to=sip:b%40c',
    ],
    ['sip:a@[2001:DB8::1]', 'sip:a@[2001:db8:0:0:0:0:0:1]'],
    ['sip:a@contoso.example?x=1', 'sip:a@contoso.example?X=1'],
    ['sip:a@contoso.example;%74ransport=t%43p', 'sip:a@contoso.example;transport=tcp'],
    ['sip:a@contoso.example;x=a%2fb', 'sip:a@contoso.example;X=A%2Fb'],
    ['sip:a@contoso.example;x', 'sip:a@contoso.example'],
    ['sip:a:%70w@contoso.example', 'sip:a:pw@contoso.example'],
    ['tel:+1-201-555-0123', 'tel:+12015550123'],
    ['tel:+1.201.(555)0123;ext=1-2;x=Y', 'TEL:+12015550123;X=y;Ext=12'],
    ['tel:7042;phone-context=+1-201', 'tel:70-42;phone-context=+1201'],
    ['tel:0a*#;phone-context=Contoso.example', 'tel:0A*#;phone-context=contoso.example'],
    ['urn:service:sos', 'URN:service:sos'],
  ])('finds %s equal to %s', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(true);
    expect(uriEquals(uri(b), uri(a))).toBe(true);
  });

  it.each([
    ['sip:alice@contoso.example', 'SIP:ALICE@contoso.example'],
    ['sip:a@contoso.example.', 'sip:a@contoso.example'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example:5060'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;transport=udp'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example:6000;transport=tcp'],
    ['sip:carol@contoso.example;security=off', 'sip:carol@contoso.example;security=on'],
    ['sip:carol@contoso.example', 'sip:carol@contoso.example?Subject=next%20meeting'],
    ['sip:bob@contoso.example', 'sips:bob@contoso.example'],
    ['sip:bob@contoso.example;gr=1', 'sip:bob@contoso.example'],
    ['sip:a%3Bb@contoso.example', 'sip:a;b@contoso.example'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;maddr=192.0.2.1'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;ttl=1'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;user=phone'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;method=INVITE'],
    ['sip:bob@contoso.example', 'sip:bob@contoso.example;%6Dethod=INVITE'],
    ['sip:bob@contoso.example;x=a%26b', 'sip:bob@contoso.example;x=a&b'],
    ['sip:bob@contoso.example?a=b%3Dc', 'sip:bob@contoso.example?a%3Db=c'],
    ['sip:bob:a@contoso.example', 'sip:bob:A@contoso.example'],
    ['sip:bob:@contoso.example', 'sip:bob@contoso.example'],
    ['sip:bob@contoso.example', 'sip:contoso.example'],
    ['sip:bob@contoso.example', 'tel:+1'],
    ['tel:+12015550123', 'tel:2015550123;phone-context=+1'],
    ['tel:7042;phone-context=+1201', 'tel:7042;phone-context=+1202'],
    ['tel:+12015550123;ext=1', 'tel:+12015550123'],
    ['tel:+1;x=1', 'tel:+1;y=1'],
    ['urn:a', 'urn:A'],
  ])('tells %s from %s', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(false);
    expect(uriEquals(uri(b), uri(a))).toBe(false);
  });
});

describe('addressOfRecord', () => {
  it('gives one key to every spelling of one user', () => {
    const spellings = [
      'sip:alice@contoso.example',
      'sips:alice@CONTOSO.example:5061;transport=tls',
      'sip:%61l%69ce:secret@contoso.example?x=y',
    ];
    expect(new Set(spellings.map((text) => addressOfRecord(uri(text))))).toEqual(
      new Set(['alice@contoso.example']),
    );
  });

  it('never gives two users one key', () => {
    const users = [
      'sip:a%00b@c',
      'sip:a%2500b@c',
      'sip:a@c',
      'sip:a@c.',
      'sip:A@c',
      'sip:a%40c@c',
      'sip:a%3Ab@c',
      'sip:c',
    ];
    expect(new Set(users.map((text) => addressOfRecord(uri(text)))).size).toBe(users.length);
  });

  it('has none for a URI that is no SIP URI', () => {
    expect(addressOfRecord(uri('tel:+1'))).toBeUndefined();
  });
});

describe('two URIs with many parameters', () => {
  it('are compared in one pass over each', () => {
    const text = `sip:bob@contoso.example${Array.from({ length: 1_000 }, (_, i) => `;p${i}=1`).join('')}`;
    const [one, other] = [parseUri(text), parseUri(text.replace('p999=1', 'p999=2'))];
    if (!one.ok || !other.ok) throw new Error('the test wrote no URI');
    const searches = vi.spyOn(Parameters.prototype, 'raw');
    expect(uriEquals(one.value, one.value)).toBe(true);
    expect(uriEquals(one.value, other.value)).toBe(false);
    expect(searches).not.toHaveBeenCalled();
    searches.mockRestore();
  });
});
