import {
  ackForFailure,
  createCancel,
  createResponse,
  magicCookie,
  parseMessage,
  type SipRequest,
  Via,
} from '@entente/sip';
import {
  createBranch,
  defaultResponseContextTimes,
  forwardRequest,
  loopHash,
  pathEntry,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { alice, fakeSealing, invite, request } from './fixtures.ts';

const via = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKnew' });

describe('a request that is sent on (RFC 3261 §16.6)', () => {
  it('keeps the order of the values of each field, also of fields that nobody knows', () => {
    const headers = {
      'X-Odd': ['one', 'two , three'],
      Route: ['<sip:a.contoso.example;lr>', '<sip:b.contoso.example;lr>'],
      'Record-Route': ['<sip:c.example;lr>', '<sip:d.example;lr>'],
    };
    const message = request({ headers });
    const sent = forwardRequest(message, { via, recordRoute: '<sip:pool.contoso.example;lr>' });
    expect(sent.all('X-Odd')).toEqual(message.all('X-Odd'));
    expect(sent.routes.map(String)).toEqual(headers.Route);
    expect(sent.recordRoutes.map(String)).toEqual([
      '<sip:pool.contoso.example;lr>',
      ...headers['Record-Route'],
    ]);
    expect(sent.vias.map(String)).toEqual([`${via}`, ...message.vias.map(String)]);
  });

  it('gets the set of proxies that it must visit ahead of its own Route, or a Route where it had none (step 6)', () => {
    const set = ['<sip:a.contoso.example;lr>', '<sip:b.contoso.example;lr>'];
    const own = '<sip:c.contoso.example;lr>';
    const routed = forwardRequest(request({ headers: { Route: own } }), { via, routes: set });
    expect(routed.routes.map(String)).toEqual([...set, own]);
    expect(forwardRequest(request(), { via, routes: set }).routes.map(String)).toEqual(set);
  });

  it('has its Content-Length, because every connection is a stream (step 9)', () => {
    for (const body of ['', 'hello']) {
      const message = request({ body, ...(body !== '' && { contentType: 'text/plain' }) });
      const bare = parsed(message.wire.replace(/Content-Length: \d+\r\n/, ''));
      expect(forwardRequest(message, { via }).get('Content-Length')).toBe(`${body.length}`);
      expect(forwardRequest(bare, { via }).get('Content-Length')).toBe(`${body.length}`);
    }
  });

  it('goes to each place with a timer C of more than three minutes (step 11)', () => {
    expect(defaultResponseContextTimes.timerCMs).toBeGreaterThan(180_000);
  });
});

describe('the branch of a Via (RFC 3261 §16.6 step 8)', () => {
  it('begins with the magic cookie, and carries the loop value behind what is unique', () => {
    expect(createBranch('unique', 'hash')).toBe(`${magicCookie}unique.hash`);
  });

  it('depends on Request-URI, Route, Proxy-Require and Proxy-Authorization, and not on the method', () => {
    const plain = loopHash(invite());
    expect(loopHash(request())).toBe(plain);
    expect(loopHash(request({ method: 'CANCEL' }))).toBe(plain);
    for (const changed of [
      request({ uri: 'sip:carol@contoso.example' }),
      request({ headers: { Route: '<sip:a.contoso.example;lr>' } }),
      request({ headers: { 'Proxy-Require': 'foo' } }),
      request({ headers: { 'Proxy-Authorization': 'Digest realm="x"' } }),
    ])
      expect(loopHash(changed)).not.toBe(plain);
  });

  it('of a CANCEL, and of an ACK for a failure, is that of the request which they belong to', () => {
    const sent = forwardRequest(invite(), { via });
    expect(createCancel(sent).topVia.branch).toBe(sent.topVia.branch);
    const failure = createResponse(sent, 486, undefined, { toTag: 't' });
    expect(ackForFailure(sent, failure).topVia.branch).toBe(sent.topVia.branch);
  });
});

describe('an entry that a proxy of ours writes for others', () => {
  it('into Path is a loose route (RFC 3327 §4, RFC 3261 §16.6 step 6)', () => {
    const address = { host: 'fe1.contoso.example', port: 5061 };
    for (const scheme of ['sip', 'sips'] as const) {
      const { uri } = pathEntry(address, { user: alice, device: 'd' }, { sealing: fakeSealing(), scheme });
      expect(uri.kind === 'sip' && [uri.scheme, uri.isLooseRouter]).toEqual([scheme, true]);
    }
  });
});

function parsed(wire: string): SipRequest {
  const result = parseMessage(Buffer.from(wire), { check: 'routing' });
  if (!result.ok || result.message.kind !== 'request') throw new Error('the test wrote no request');
  return result.message;
}
