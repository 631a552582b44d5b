import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { checkMessage } from './check-message.ts';
import { parseMessage, parseWire } from './parse-message.ts';
import type { SipRequest } from './request.ts';

const lines = [
  'OPTIONS sip:bob@fabrikam.example SIP/2.0',
  'Via: SIP/2.0/TLS pool1.contoso.example;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'From: Alice <sip:alice@contoso.example>;tag=a1',
  'To: <sip:bob@fabrikam.example>',
  'Call-ID: 1@contoso.example',
  'CSeq: 7 OPTIONS',
  'Content-Length: 0',
];

/** The message with some lines replaced by name, removed (empty text), or added. */
function message(changes: Record<string, string> = {}, body = ''): string {
  const rest = { ...changes };
  const out = lines.flatMap((line, i) => {
    const name = i === 0 ? 'start' : line.slice(0, line.indexOf(':'));
    const change = rest[name];
    if (change === undefined) return [line];
    delete rest[name];
    return change === '' ? [] : [change];
  });
  return `${[...out, ...Object.values(rest)].join('\r\n')}\r\n\r\n${body}`;
}

function accepted(text: string): SipRequest {
  const parsed = parseWire(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.message as SipRequest;
}

function refused(text: string, check?: 'routing' | 'addresses' | 'all') {
  const parsed = parseWire(text, check === undefined ? {} : { check });
  if (parsed.ok) throw new Error('expected a refusal');
  return parsed.error;
}

describe('parseMessage', () => {
  it('gives the routing fields as typed values', () => {
    const request = accepted(
      message({ extra: 'Route: <sip:edge.contoso.example;lr>, <sip:fabrikam.example;lr>' }),
    );
    expect(request.method).toBe('OPTIONS');
    expect(request.uri.toString()).toBe('sip:bob@fabrikam.example');
    expect(request.topVia.branch).toBe('z9hG4bK1');
    expect(request.from.tag).toBe('a1');
    expect(request.from.displayName).toBe('Alice');
    expect(request.to.tag).toBeUndefined();
    expect(request.callId).toBe('1@contoso.example');
    expect(request.cseq).toMatchObject({ sequence: 7, method: 'OPTIONS' });
    expect(request.maxForwards).toBe(70);
    expect(request.routes.map((route) => route.uriText)).toEqual([
      'sip:edge.contoso.example;lr',
      'sip:fabrikam.example;lr',
    ]);
    expect(request.contentLength).toBe(0);
  });

  it('gives back the bytes it was given', () => {
    const bytes = Buffer.from(message({ odd: 'X-Odd :  a,\tb \r\n  c' }), 'latin1');
    const parsed = parseMessage(bytes);
    expect(parsed.ok && Buffer.from(parsed.message.toBytes()).equals(bytes)).toBe(true);
  });

  it('does not change when the caller changes the bytes afterwards', () => {
    const bytes = Buffer.from(message());
    const parsed = parseMessage(bytes);
    bytes.fill(0);
    expect(parsed.ok && parsed.message.from.tag).toBe('a1');
  });

  it('reads compact names, any case, white space before the colon, and folds', () => {
    const request = accepted(
      message({
        Via: 'v :\r\n SIP / 2.0 / TLS  pool1.contoso.example\r\n ;branch = z9hG4bK1',
        From: 'FROM: <sip:alice@contoso.example>\r\n\t;tag=a1',
        To: 't:<sip:bob@fabrikam.example>',
        'Call-ID': 'i: 1@contoso.example',
      }),
    );
    expect(request.topVia).toMatchObject({ transport: 'TLS', host: 'pool1.contoso.example' });
    expect(request.topVia.branch).toBe('z9hG4bK1');
    expect(request.from.tag).toBe('a1');
    expect(request.get('To')).toBe('<sip:bob@fabrikam.example>');
  });

  it('decodes UTF-8 and keeps bytes that are not', () => {
    const wire = Buffer.from('Subject: Grüße \\ 日本', 'utf8').toString('latin1');
    expect(accepted(message({ s: wire })).get('Subject')).toBe('Grüße \\ 日本');
    expect(accepted(message({ s: 'Subject: \xff\xfe' })).get('s')).toBe('\xff\xfe');
    const name = Buffer.from('From: "Ünal \\"U\\"" <sip:u@contoso.example>;tag=1', 'utf8').toString('latin1');
    expect(accepted(message({ From: name })).from.displayName).toBe('Ünal "U"');
  });

  it.each([['text'], [undefined], [null], [7]])('says that %j is no bytes', (given) => {
    const misled = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: 'bytes of a message' });
    expect(() => parseMessage(given as unknown as Uint8Array)).toThrow(misled);
  });

  it('joins fields of one name in values and keeps them apart in all', () => {
    const request = accepted(message({ a: 'Supported: path, gruu', b: 'k: outbound', c: 'Supported:' }));
    expect(request.all('Supported')).toEqual(['path, gruu', 'outbound', '']);
    expect(request.supported).toEqual(['path', 'gruu', 'outbound']);
  });

  it('ignores bytes behind the body, and takes all of them without Content-Length', () => {
    expect(accepted(message({ 'Content-Length': 'Content-Length: 2' }, 'okXX')).bodyText).toBe('ok');
    expect(accepted(message({ 'Content-Length': '' }, 'okXX')).bodyText).toBe('okXX');
  });

  it('tells Contact: * from addresses', () => {
    const request = accepted(message({ m: 'Contact: *' }));
    expect(request.isContactWildcard).toBe(true);
    expect(request.contacts).toEqual([]);
  });

  it.each([
    ['a second From', { more: 'f: <sip:x@y>;tag=2' }, 'repeated-header', 400],
    ['no To', { To: '' }, 'missing-header', 400],
    ['no Via', { Via: '' }, 'missing-header', 400],
    ['a CSeq of another method', { CSeq: 'CSeq: 7 INVITE' }, 'method-mismatch', 400],
    ['a CSeq above 32 bits', { CSeq: 'CSeq: 4294967296 OPTIONS' }, 'malformed-header', 400],
    ['Max-Forwards above 255', { 'Max-Forwards': 'Max-Forwards: 256' }, 'malformed-header', 400],
    ['another version', { start: 'OPTIONS sip:a@b SIP/3.0' }, 'unsupported-version', 505],
    ['two spaces in the request line', { start: 'OPTIONS  sip:a@b SIP/2.0' }, 'malformed-start-line', 400],
    ['header components in the Request-URI', { start: 'OPTIONS sip:a@b?x=1 SIP/2.0' }, 'malformed-uri', 400],
    [
      'a host longer than a name may be',
      { start: `OPTIONS sip:a@${'a.'.repeat(2_000)}b SIP/2.0` },
      'malformed-uri',
      400,
    ],
    ['a malformed URI in To', { To: 'To: <sip:a@b:99999>' }, 'malformed-header', 400],
    ['a line without a colon', { junk: 'no colon here' }, 'malformed-header', 400],
    ['a bare LF', { junk: 'X: a\nY: b' }, 'bare-line-break', 400],
    ['a bare CR', { junk: 'X: a\rY: b' }, 'bare-line-break', 400],
    ['a NUL in a field that nobody knows', { junk: 'X: a\0b' }, 'malformed-header', 400],
    ['a NUL in text', { Subject: 'Subject: \\\0' }, 'malformed-header', 400],
    ['a NUL between quotes', { Reason: 'Reason: SIP;text="a\0b"' }, 'malformed-header', 400],
    ['a NUL behind a backslash', { Reason: 'Reason: SIP;text="a\\\\\0b"' }, 'malformed-header', 400],
    ['a NUL behind quotes', { Reason: 'Reason: SIP;text="a"\\\0' }, 'malformed-header', 400],
    ['a NUL in a folded line', { junk: 'X: a\r\n \0' }, 'malformed-header', 400],
    ['a NUL in a comment', { Server: 'User-Agent: a (b "\\\0" \0)' }, 'malformed-header', 400],
    ['a NUL behind a comment', { Server: 'User-Agent: a (b (c)) \\\0' }, 'malformed-header', 400],
    ['two Content-Lengths', { l: 'l: 0' }, 'content-length-invalid', 400],
    ['a negative Content-Length', { 'Content-Length': 'Content-Length: -1' }, 'content-length-invalid', 400],
    ['a body shorter than announced', { 'Content-Length': 'Content-Length: 5' }, 'body-incomplete', 400],
    [
      'an unquoted display name with a comma',
      { From: 'From: A, B <sip:a@b>;tag=1' },
      'malformed-header',
      400,
    ],
    ['an open quote', { From: 'From: "A <sip:a@b>;tag=1' }, 'malformed-header', 400],
    ['one parameter twice', { From: 'From: <sip:a@b>;tag=1;TAG=2' }, 'malformed-header', 400],
  ])('refuses %s', (_, changes, code, status) => {
    const fault = refused(message(changes as Record<string, string>));
    expect(fault).toMatchObject({ code, status });
  });

  it('passes a NUL that is escaped between quotes or in a comment, and one in the body (RFC 4475 §3.1.1.2)', () => {
    const escaped = message(
      {
        Reason: 'Reason: SIP;text="NUL:\\\0"',
        Server: 'User-Agent: a (\\\0 (\\\0))',
        'Content-Length': 'Content-Length: 1',
      },
      '\0',
    );
    expect(accepted(escaped).bodyText).toBe('\0');
    const to = accepted(message({ To: 'To: "NUL:\\\0" <sip:a@b>' })).to;
    expect(to.displayName).toBe('NUL:\0');
  });

  it.each([
    ['its reason phrase', { start: 'SIP/2.0 200 O\0K' }],
    ['a field', { start: 'SIP/2.0 200 OK', junk: 'X: \0' }],
  ])('answers no response with a NUL in %s', (_, changes) => {
    const fault = refused(message(changes));
    expect(fault).toMatchObject({ code: 'malformed-header', fatal: false });
    expect(fault.response).toBeUndefined();
  });

  it('finds malformed fields beyond routing depth only when asked', () => {
    const text = message({ m: 'Contact: <sip:a@b' });
    const request = accepted(text);
    expect(() => request.contacts).toThrow(expect.objectContaining({ code: 'SIP_MALFORMED_HEADER' }));
    expect(checkMessage(request)).toMatchObject({ code: 'malformed-header', header: 'Contact' });
    expect(refused(text, 'all').header).toBe('Contact');
  });

  it('leaves URIs to the caller at depth routing', () => {
    const parsed = parseWire(message({ To: 'To: <sip:a@b:99999>' }), { check: 'routing' });
    expect(parsed.ok).toBe(true);
    if (parsed.ok) expect(() => parsed.message.to.uri).toThrow(/malformed|expected/);
  });
});

describe('the response a refusal carries', () => {
  it('copies Via, From, To, Call-ID and CSeq, and tags To the same way each time', () => {
    const text = message({ 'Max-Forwards': 'Max-Forwards: x' });
    const response = refused(text).response;
    expect(response?.status).toBe(400);
    expect(response?.topVia.branch).toBe('z9hG4bK1');
    expect(response?.callId).toBe('1@contoso.example');
    expect(response?.to.tag).toMatch(/^e[0-9a-f]+$/);
    expect(refused(text).response?.to.tag).toBe(response?.to.tag);
  });

  it('is absent for ACK, for responses, and where no Via names a way back', () => {
    expect(refused(message({ start: 'ACK sip:a@b SIP/2.0' })).response).toBeUndefined();
    expect(refused(message({ start: 'SIP/2.0 99 Odd' })).response).toBeUndefined();
    expect(refused(message({ Via: '' })).response).toBeUndefined();
  });

  it.each([
    ['To', 'garbage'],
    ['To', '<sip:alice@contoso.example;tag=1'],
    ['To', '<sip:alice@contoso.example>;tag=a;tag=b'],
    ['To', '<sip:alice@contoso.example>;tag='],
    ['To', undefined],
    ['From', '"x <sip:bob@contoso.example>;tag=1'],
    ['From', undefined],
  ] as const)(
    'can be read although %s is %s: its receiver would drop it, and wait in vain',
    (name, value) => {
      const line = value === undefined ? '' : `${name}: ${value}`;
      const { response } = refused(
        message({ start: 'BYE sip:alice@contoso.example SIP/2.0', CSeq: 'CSeq: 1 BYE', [name]: line }),
      );
      const read = parseWire(response?.wire ?? '');
      expect(read).toMatchObject({ ok: true, message: { status: 400, callId: '1@contoso.example' } });
      expect(response?.all(name)).toEqual([expect.stringContaining('<sip:unreadable.invalid>')]);
    },
  );

  it('does not repeat a field that the request had twice', () => {
    const response = refused(message({ more: 'Call-ID: 2' })).response;
    expect(response?.all('Call-ID')).toEqual(['1@contoso.example']);
  });
});

describe('limits', () => {
  const limits = { maxStartLineBytes: 60, maxHeaders: 10, maxHeaderBytes: 500, maxBodyBytes: 10 };

  it.each([
    [
      'a long start line',
      { start: `OPTIONS sip:${'a'.repeat(60)}@b SIP/2.0` },
      '',
      'start-line-too-long',
      414,
    ],
    ['a long header', { x: `X: ${'a'.repeat(500)}` }, '', 'headers-too-long', 513],
    [
      'many fields',
      Object.fromEntries('abcdef'.split('').map((n) => [n, `X-${n}: 1`])),
      '',
      'too-many-headers',
      513,
    ],
    ['a long body', { 'Content-Length': 'l: 11' }, '01234567890', 'body-too-long', 513],
  ])('refuses %s', (_, changes, body, code, status) => {
    const parsed = parseWire(message(changes as Record<string, string>, body), { limits });
    expect(parsed).toMatchObject({ ok: false, error: { code, status } });
  });

  it('accepts a message that reaches them exactly', () => {
    const text = message({ 'Content-Length': 'l: 10' }, '0123456789');
    const exact = {
      maxStartLineBytes: lines[0]!.length,
      maxHeaders: lines.length - 1,
      maxHeaderBytes: text.length - 10,
      maxBodyBytes: 10,
    };
    expect(parseWire(text, { limits: exact }).ok).toBe(true);
    const less = { ...exact, maxHeaderBytes: exact.maxHeaderBytes - 1 };
    expect(parseWire(text, { limits: less }).ok).toBe(false);
  });
});
