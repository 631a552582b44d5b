import { describe, expect, it } from 'vitest';
import { NameAddr } from '../headers/name-addr.ts';
import { Via } from '../headers/via.ts';
import { checkMessage } from './check-message.ts';
import { createRequest } from './create-request.ts';
import { createResponse } from './create-response.ts';
import { inspectRequest } from './inspect-request.ts';

const parts = {
  method: 'INVITE',
  uri: 'sip:bob@fabrikam.example',
  from: NameAddr.from({
    uri: 'sip:alice@contoso.example',
    displayName: 'Alice "A"',
    parameters: { tag: 'a1' },
  }),
  to: '<sip:bob@fabrikam.example>',
  callId: '1@contoso.example',
  cseq: 1,
  via: Via.from({ transport: 'TLS', host: 'pc.contoso.example', branch: 'z9hG4bK1' }),
};

describe('createRequest', () => {
  it('builds a request that passes every check and gives its values back', () => {
    const request = createRequest({
      ...parts,
      contentType: 'text/plain',
      body: 'ä',
      headers: { Subject: 'Grüße' },
    });
    expect(checkMessage(request)).toBeUndefined();
    expect(request.from.displayName).toBe('Alice "A"');
    expect(request.contentLength).toBe(2);
    expect(request.get('Subject')).toBe('Grüße');
    expect(request.maxForwards).toBe(70);
  });

  it.each([
    ['a method that is no token', { method: 'IN VITE' }],
    ['a URI with white space', { uri: 'sip:a b' }],
    ['Max-Forwards above 255', { maxForwards: 256 }],
    ['a CSeq that is no integer', { cseq: 1.5 }],
    ['a line break in a value', { callId: '1\r\nVia: x' }],
    ['a URI without its scheme', { uri: 'bob@fabrikam.example' }],
    ['a URI with header components', { uri: 'sip:bob@fabrikam.example?Subject=x' }],
    ['a From that cannot be read', { from: 'nonsense ‹' }],
    ['a From whose URI cannot be read', { from: '<alice>;tag=1' }],
    ['a From without a tag', { from: '<sip:alice@contoso.example>' }],
    ['a From with an empty tag', { from: '<sip:alice@contoso.example>;tag' }],
    ['a To that cannot be read', { to: 'bob@fabrikam.example' }],
    ['a Content-Length of its own', { headers: { 'content-length': 99 } }],
    ['a compact Content-Length of its own', { headers: [['l', 0]] as const }],
    ['a body that is neither text nor bytes', { body: 99 as unknown as string }],
  ])('refuses %s', (_, change) => {
    expect(() => createRequest({ ...parts, ...change })).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
    );
  });

  it.each<[title: string, change: Record<string, unknown>, place: string]>([
    ['a part with another name', { maxForward: 5 }, 'request'],
    ['a method that is missing', { method: undefined }, 'method'],
    ['a URI that is missing', { uri: undefined }, 'uri'],
    ['a From that is missing', { from: undefined }, 'from'],
    ['a To that is an object without a text', { to: {} }, 'to'],
    ['a Call-ID that is a number', { callId: 5 }, 'callId'],
    ['a CSeq that is a text', { cseq: '1' }, 'cseq'],
    ['a Via that is a list of numbers', { via: [1] }, 'via'],
    ['Max-Forwards as a text', { maxForwards: '70' }, 'maxForwards'],
    ['header fields as one text', { headers: 'Subject: x' }, 'headers'],
    ['header fields in a list that is none of pairs', { headers: ['Subject', 'x'] }, 'headers'],
    ['the value of a field that is null', { headers: { Subject: null } }, 'Subject'],
    ['the value of a field without a text', { headers: { Subject: {} } }, 'Subject'],
    ['the value of a field that is no number', { headers: { Expires: Number.NaN } }, 'Expires'],
    ['a media type that is null', { contentType: null }, 'contentType'],
  ])('refuses %s, as a program in JavaScript may give it', (_, change, place) => {
    expect(() => createRequest({ ...parts, ...change } as typeof parts)).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place }),
    );
  });

  it.each([undefined, null, 'INVITE', []])('refuses %s for all parts', (given) => {
    expect(() => createRequest(given as unknown as typeof parts)).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: 'request' }),
    );
  });
});

describe('createRequest from addresses that a peer sent', () => {
  it('takes a From without a tag, as peers of RFC 2543 send it', () => {
    const from = NameAddr.from({ uri: 'sip:alice@contoso.example' });
    expect(createRequest({ ...parts, from }).from.tag).toBeUndefined();
  });
});

describe('createResponse', () => {
  const request = createRequest({
    ...parts,
    headers: {
      'Record-Route': ['<sip:p2.contoso.example;lr>', '<sip:p1.contoso.example;lr>'],
      Timestamp: '54',
    },
  });

  it('copies Via, From, To, Call-ID and CSeq, and adds the tag', () => {
    const response = createResponse(request, 486, undefined, { toTag: 'b1' });
    expect(response.toString()).toBe(
      'SIP/2.0 486 Busy Here\r\n' +
        'Via: SIP/2.0/TLS pc.contoso.example;branch=z9hG4bK1\r\n' +
        'From: "Alice \\"A\\"" <sip:alice@contoso.example>;tag=a1\r\n' +
        'To: <sip:bob@fabrikam.example>;tag=b1\r\n' +
        'Call-ID: 1@contoso.example\r\n' +
        'CSeq: 1 INVITE\r\n' +
        'Content-Length: 0\r\n\r\n',
    );
  });

  it('copies Record-Route into responses that create a dialog, and only there', () => {
    expect(createResponse(request, 180).recordRoutes).toHaveLength(2);
    expect(createResponse(request, 200).recordRoutes).toHaveLength(2);
    expect(createResponse(request, 100).recordRoutes).toHaveLength(0);
    expect(createResponse(request, 404).recordRoutes).toHaveLength(0);
  });

  it('copies Timestamp into a 100', () => {
    expect(createResponse(request, 100).get('Timestamp')).toBe('54');
    expect(createResponse(request, 200).has('Timestamp')).toBe(false);
  });

  it.each<[title: string, given: unknown, place: string]>([
    ['a part with another name', { totag: 'b1' }, 'response'],
    ['a tag that is a number', { toTag: 1 }, 'toTag'],
    ['Record-Route that is neither', { recordRoute: 'no' }, 'recordRoute'],
    ['null for all parts', null, 'response'],
  ])('refuses %s, as a program in JavaScript may give it', (_, given, place) => {
    expect(() => createResponse(createRequest(parts), 200, undefined, given as object)).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place }),
    );
  });

  it('refuses to answer what is no request', () => {
    for (const given of [undefined, {}, createResponse(createRequest(parts), 180)])
      expect(() => createResponse(given as never, 200)).toThrow(
        expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: 'request of a response' }),
      );
  });

  it('refuses a Content-Length of its own', () => {
    expect(() => createResponse(request, 200, 'OK', { headers: { 'Content-Length': 99 } })).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
    );
  });

  it('keeps the tag that To already has', () => {
    const inDialog = createRequest({ ...parts, to: '<sip:bob@fabrikam.example>;tag=b0' });
    expect(createResponse(inDialog, 200, 'OK', { toTag: 'b1' }).to.tag).toBe('b0');
  });
});

describe('inspectRequest', () => {
  const endpoint = {
    role: 'endpoint' as const,
    methods: ['INVITE', 'OPTIONS'],
    extensions: ['100rel'],
    schemes: ['sip', 'sips'],
    contentTypes: ['application/sdp'],
  };
  const proxy = { ...endpoint, role: 'proxy' as const };

  it.each([
    ['an unknown method with 501', { method: 'FOO' }, endpoint, 501],
    ['a URI scheme it does not serve with 416', { uri: 'tel:+1' }, endpoint, 416],
    ['an extension it does not know with 420', { headers: { Require: '100rel, foo' } }, endpoint, 420],
    ['a body type it does not know with 415', { contentType: 'a/b', body: 'x' }, endpoint, 415],
    ['an Accept it cannot answer with 406', { headers: { Accept: 'text/plain' } }, endpoint, 406],
    [
      'an Accept that excludes it with 406',
      { headers: { Accept: '*/*, application/sdp;q=0' } },
      endpoint,
      406,
    ],
    ['a malformed q in Accept with 400', { headers: { Accept: 'application/sdp;q=2' } }, endpoint, 400],
    [
      'a body type it does not know that is not marked optional with 415',
      { contentType: 'a/b', body: 'x', headers: { 'Content-Disposition': 'session;handling=required' } },
      endpoint,
      415,
    ],
    ['Max-Forwards 0 with 483, at a proxy', { maxForwards: 0 }, proxy, 483],
    ['Proxy-Require with 420, at a proxy', { headers: { 'Proxy-Require': 'foo' } }, proxy, 420],
  ])('refuses %s', (_, change, capabilities, status) => {
    expect(inspectRequest(createRequest({ ...parts, ...change }), capabilities)?.status).toBe(status);
  });

  it('lets pass what the element understands', () => {
    expect(
      inspectRequest(createRequest({ ...parts, headers: { Require: '100rel', Accept: '*/*' } }), endpoint),
    ).toBeUndefined();
    expect(inspectRequest(createRequest({ ...parts, method: 'FOO' }), proxy)).toBeUndefined();
    const optional = {
      'Content-Disposition': 'x;handling=optional',
      Accept: 'text/*;q=0, application/*;q=0.1',
    };
    expect(
      inspectRequest(createRequest({ ...parts, contentType: 'a/b', body: 'x', headers: optional }), endpoint),
    ).toBeUndefined();
    expect(
      inspectRequest(createRequest({ ...parts, method: 'ACK', headers: { Require: 'x' } }), endpoint),
    ).toBeUndefined();
  });

  it('tags To in a refusal, the same way each time (RFC 3261 §8.2.6.2, §8.2.7)', () => {
    const request = createRequest({ ...parts, method: 'FOO' });
    const tag = inspectRequest(request, endpoint)?.to.tag;
    expect(tag).toMatch(/^e[0-9a-f]+$/);
    expect(inspectRequest(request, endpoint)?.to.tag).toBe(tag);
    const inDialog = createRequest({ ...parts, method: 'FOO', to: '<sip:bob@fabrikam.example>;tag=b0' });
    expect(inspectRequest(inDialog, endpoint)?.to.tag).toBe('b0');
  });

  it('names the extensions it does not know', () => {
    const request = createRequest({ ...parts, headers: { Require: 'foo, 100rel, bar' } });
    expect(inspectRequest(request, endpoint)?.get('Unsupported')).toBe('foo, bar');
  });
});
