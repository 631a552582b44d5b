import { edit, NameAddr, parseMessage, Via } from '@entente/sip';
import { beginsDialog, forwardRequest, forwardResponse, preprocessRoutes } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { answer, fakeSealing, invite, request } from './fixtures.ts';

const self = 'fe1.contoso.example';
const sealing = fakeSealing();

describe('forwardRequest (RFC 3261 §16.6)', () => {
  const via = Via.from({ transport: 'TLS', host: self, branch: 'z9hG4bKnew' });

  it('adds Via on top and Max-Breadth, lowers Max-Forwards, and leaves every other byte alone', () => {
    const message = request({ body: 'hello', contentType: 'text/plain', headers: { 'X-Odd': 'a ,  b' } });
    const sent = forwardRequest(message, { via });
    const undone = sent.wire
      .replace('Via: SIP/2.0/TLS fe1.contoso.example;branch=z9hG4bKnew\r\n', '')
      .replace('Max-Forwards: 69', 'Max-Forwards: 70')
      .replace('Max-Breadth: 60\r\n', '');
    expect(undone).toBe(message.wire);
  });

  it('adds Max-Forwards 70 where there was none', () => {
    const without = request();
    const bare = forwardRequest(without, { via, also: (editor) => void editor.remove('Max-Forwards') });
    expect(forwardRequest(bare, { via }).maxForwards).toBe(70);
  });

  it('sets Request-URI, Route from the binding, Record-Route and Path', () => {
    const sent = forwardRequest(invite(), {
      via,
      uri: 'sip:bob@192.0.2.9',
      routes: ['<sip:a.contoso.example;lr>', '<sip:b.contoso.example;lr>'],
      recordRoute: '<sip:pool.contoso.example;lr>',
      path: '<sip:fe1.contoso.example;lr>',
    });
    expect(sent.uriText).toBe('sip:bob@192.0.2.9');
    expect(sent.routes.map(String)).toEqual(['<sip:a.contoso.example;lr>', '<sip:b.contoso.example;lr>']);
    expect(sent.get('Record-Route')).toBe('<sip:pool.contoso.example;lr>');
    expect(sent.get('Path')).toBe('<sip:fe1.contoso.example;lr>');
  });

  it('removes our Route entries and keeps the rest as written', () => {
    const message = request({
      headers: { Route: `<sip:fe1.contoso.example;lr> , <sip:fe2.contoso.example;lr>` },
    });
    const sent = forwardRequest(message, {
      via,
      preprocessed: preprocessRoutes(message, { isOurHost: (host) => host === self, sealing }),
    });
    expect(sent.routes.map(String)).toEqual(['<sip:fe2.contoso.example;lr>']);
  });
});

describe('forwardRequest to a strict router (RFC 3261 §16.6 step 6)', () => {
  const via = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bK2' });

  it.each([
    ['of the request', { Route: '<sip:old.contoso.example>, <sip:b.example;lr>' }, []],
    ['of the binding', { Route: '<sip:b.example;lr>' }, ['<sip:old.contoso.example>']],
  ])('puts its address %s into the Request-URI, and the true one last in Route', (_, headers, routes) => {
    const original = request({ headers });
    const sent = forwardRequest(original, { via, uri: 'sip:bob@192.0.2.7', routes });
    expect(sent.uriText).toBe('sip:old.contoso.example');
    expect(sent.routes.map(String)).toEqual(['<sip:b.example;lr>', '<sip:bob@192.0.2.7>']);
  });
});

describe('where a request came from (RFC 3261 §18.2.1, RFC 3581 §4)', () => {
  const via = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bK2' });
  const sentWith = (top: string, address = '192.0.2.9') =>
    forwardRequest(request({ via: top }), { via, source: { address, port: 4_711 } }).vias[1]!.toString();

  it('is noted in the topmost Via where its host is another', () => {
    expect(sentWith('SIP/2.0/TLS client.invalid;branch=z9hG4bK1')).toBe(
      'SIP/2.0/TLS client.invalid;branch=z9hG4bK1;received=192.0.2.9',
    );
  });

  it('is noted with the port where the client asks for it', () => {
    expect(sentWith('SIP/2.0/TLS 192.0.2.9;rport;branch=z9hG4bK1')).toContain(';rport=4711;');
  });

  it('replaces what the client wrote there itself', () => {
    expect(sentWith('SIP/2.0/TLS 192.0.2.9;received=10.0.0.1;branch=z9hG4bK1')).toContain(
      ';received=192.0.2.9',
    );
  });

  it('changes nothing where the host says it', () => {
    expect(sentWith('SIP/2.0/TLS 192.0.2.9;branch=z9hG4bK1')).toBe('SIP/2.0/TLS 192.0.2.9;branch=z9hG4bK1');
    expect(sentWith('SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1', '2001:db8::1')).not.toContain('received');
  });
});

describe('forwardResponse (RFC 3261 §16.7 step 3)', () => {
  it('removes our Via and nothing else', () => {
    const response = answer(request(), 200);
    const sent = forwardResponse(response, request());
    expect(sent?.vias.map(String)).toEqual(request().vias.map(String));
    expect(response.wire.endsWith(sent!.wire.slice(sent!.wire.indexOf('From')))).toBe(true);
  });

  it('goes back on the way of its request, whatever the one who answers has written below our Via', () => {
    const own = request();
    const [ours] = answer(own, 200).vias.map(String);
    const answering = (...below: string[]) => {
      const editor = edit(answer(own, 200)).set('Via', `${ours}`);
      for (const via of below) editor.append('Via', via);
      const read = parseMessage(Buffer.from(editor.toMessage().wire, 'latin1'));
      if (!read.ok || read.message.kind !== 'response') throw new Error('the test wrote no response');
      return read.message;
    };
    const back = (...below: string[]) => forwardResponse(answering(...below), own)?.vias.map(String);
    const way = own.vias.map(String);
    for (const other of [
      'SIP/2.0/TLS 192.0.2.1:40000;branch=z9hG4bKclient2',
      'SIP/2.0/TLS 192.0.2.2:40000;branch=z9hG4bKclient1',
      'SIP/2.0/TLS 192.0.2.1:40001;branch=z9hG4bKclient1',
      'SIP/2.0/TLS 192.0.2.1:40000',
      'nonsense',
    ]) {
      expect(back(other), other).toEqual(way);
      expect(back(other, 'SIP/2.0/TLS further.example;branch=z9hG4bK9'), other).toEqual(way);
    }
    const noted = 'SIP/2.0/TLS 192.0.2.1:40000;branch=z9hG4bKclient1;received=192.0.2.9';
    expect(back(noted), 'what we have noted in it stays').toEqual([noted]);
  });

  it('has nothing to send where ours is the only Via', () => {
    expect(forwardResponse(answer(request({ via: [] }), 200), request())).toBeUndefined();
  });
});

describe('beginsDialog (RFC 3261 §16.6 step 4, RFC 5627 §6.2)', () => {
  it('is true for INVITE without To tag, false inside a dialog and for MESSAGE', () => {
    expect(beginsDialog(invite())).toBe(true);
    expect(
      beginsDialog(invite({ to: NameAddr.from({ uri: 'sip:b@contoso.example', parameters: { tag: 'x' } }) })),
    ).toBe(false);
    expect(beginsDialog(request())).toBe(false);
  });
});
