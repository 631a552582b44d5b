import { describe, expect, it } from 'vitest';
import { SipUri } from '../uri/uri.ts';
import { edit } from './edit.ts';
import { parseWire } from './parse-message.ts';
import type { SipRequest } from './request.ts';

const wire = [
  'INVITE sip:bob@fabrikam.example SIP/2.0',
  'v: SIP/2.0/TLS a.contoso.example;branch=z9hG4bKa ,  SIP/2.0/TLS b.contoso.example;branch=z9hG4bKb',
  'max-forwards:   70',
  'Route: <sip:one.contoso.example;lr>,\r\n <sip:two.contoso.example;lr>',
  'Route: <sip:three.contoso.example;lr>',
  'From: <sip:alice@contoso.example>;tag=a',
  'To: <sip:bob@fabrikam.example>',
  'Call-ID: 1',
  'CSeq: 1 INVITE',
  'X-Odd:\t odd , value ',
  'Content-Length: 4',
  '',
  'body',
].join('\r\n');

function request(): SipRequest {
  const parsed = parseWire(wire);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.message as SipRequest;
}

describe('edit', () => {
  it('gives the same bytes where nothing is edited', () => {
    expect(edit(request()).toWire()).toBe(wire);
  });

  it.each([
    ['set', 'Content-Length', 99],
    ['set', 'l', '3'],
    ['prepend', 'Content-Length', 99],
    ['append', 'content-length', 99],
    ['replaceFirstValue', 'Content-Length', '99'],
  ] as const)('refuses by %s a %s that is not the length of the body', (how, name, value) => {
    const misled = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: 'Content-Length' });
    expect(() => edit(request())[how](name, value)).toThrow(misled);
    expect(() => edit(request()).setBody('another')[how](name, value)).toThrow(misled);
  });

  it('has one Content-Length, however often the length of the body is written', () => {
    const edited = edit(request()).prepend('Content-Length', 4).append('l', '4').toMessage();
    expect(edited.all('Content-Length')).toEqual(['4']);
    expect(parseWire(edited.wire).ok).toBe(true);
    const bare = edit(request()).remove('Content-Length').toMessage();
    expect(edit(bare).set('Content-Length', 4).toMessage().contentLength).toBe(4);
  });

  it('does what a proxy does and leaves every other byte alone', () => {
    const forwarded = edit(request())
      .setUri(SipUri.from({ user: 'bob', host: 'pc.fabrikam.example' }))
      .prepend('Via', 'SIP/2.0/TLS proxy.contoso.example;branch=z9hG4bKp')
      .set('Max-Forwards', 69)
      .removeFirstValue('Route')
      .prepend('Record-Route', '<sip:proxy.contoso.example;lr>')
      .toWire();
    expect(forwarded).toBe(
      wire
        .replace('sip:bob@fabrikam.example SIP', 'sip:bob@pc.fabrikam.example SIP')
        .replace('v: ', 'Via: SIP/2.0/TLS proxy.contoso.example;branch=z9hG4bKp\r\nv: ')
        .replace('max-forwards:   70', 'Record-Route: <sip:proxy.contoso.example;lr>\r\nMax-Forwards: 69')
        .replace('<sip:one.contoso.example;lr>,\r\n ', ''),
    );
  });

  it('removes the whole field with its last value', () => {
    const once = edit(request()).removeFirstValue('Route').removeFirstValue('Route').toMessage();
    expect(once.routes.map((route) => route.uriText)).toEqual(['sip:three.contoso.example;lr']);
    expect(edit(once).removeFirstValue('Route').toMessage().has('Route')).toBe(false);
  });

  it('replaces the first value and keeps those behind it', () => {
    const marked = request().topVia.withParameter('received', '192.0.2.1');
    const edited = edit(request()).replaceFirstValue('Via', marked).toMessage();
    expect(edited.vias.map((via) => via.host)).toEqual(['a.contoso.example', 'b.contoso.example']);
    expect(edited.topVia.received).toBe('192.0.2.1');
  });

  it('sets a field where its first stood and drops the others', () => {
    const edited = edit(request()).set('Route', '<sip:only.contoso.example;lr>');
    expect(edited.toMessage().all('Route')).toEqual(['<sip:only.contoso.example;lr>']);
    expect(edited.set('X-New', 1).toMessage().get('x-new')).toBe('1');
  });

  it('removes and appends by name in any spelling', () => {
    const edited = edit(request())
      .remove('ROUTE')
      .remove('x-odd')
      .append('v', 'SIP/2.0/TLS c.contoso.example');
    expect(edited.toMessage().has('Route')).toBe(false);
    expect(edited.toMessage().has('X-Odd')).toBe(false);
    expect(edited.toMessage().vias.at(-1)?.host).toBe('c.contoso.example');
  });

  it('replaces the body together with its length and type', () => {
    const edited = edit(request()).setBody('größer', 'text/plain').toMessage();
    expect(edited.bodyText).toBe('größer');
    expect(edited.contentLength).toBe(8);
    expect(edited.contentType).toBe('text/plain');
    expect(edit(edited).setBody('').toMessage().contentType).toBeUndefined();
  });

  it('refuses a value that would start a field of its own', () => {
    expect(() => edit(request()).set('Subject', 'a\r\nVia: evil')).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
    );
    expect(() => edit(request()).set('Sub:ject', 'a')).toThrow(/token/);
    expect(() => edit(request()).setUri('sip:a b')).toThrow(/expected the syntax/);
  });
});
