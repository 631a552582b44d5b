import { type SipRequest, Via } from '@entente/sip';
import {
  type Arrival,
  createBranch,
  createRouteEntry,
  decideRoute,
  forwardRequest,
  loopHash,
  openToken,
  preprocessRoutes,
  type RouteKnowledge,
  type RouteToken,
  sealToken,
  validateRequest,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { key, request } from './fixtures.ts';

const self = 'fe1.contoso.example';
const isOurHost = (host: string) =>
  host === self || host === 'pool.contoso.example' || host === 'sip.contoso.example';
const known: RouteKnowledge = {
  self,
  isOurDomain: (domain) => domain === 'contoso.example',
  isOurServer: (host) => host === 'fe2.contoso.example' || host === self,
  homeOf: (aor) =>
    ({
      'alice@contoso.example': self,
      'bob@contoso.example': self,
      'carol@contoso.example': 'fe2.contoso.example',
    })[aor],
};
const fromClient: Arrival = { kind: 'client', flow: 'f-alice' };
const fromServer: Arrival = { kind: 'server', name: 'fe2.contoso.example' };
const ours = (token: Partial<RouteToken>, host = self) =>
  createRouteEntry({ host, port: 5061 }, { server: self, ...token }, { key });

function decide(message: SipRequest, arrival: Arrival = fromClient, knowledge = known) {
  return decideRoute(message, preprocessRoutes(message, { isOurHost, key }), arrival, knowledge);
}

describe('validateRequest', () => {
  const options = { isOurVia: (host: string) => host === self };

  it('accepts an ordinary request', () => expect(validateRequest(request(), options)).toBeUndefined());

  it('refuses Max-Forwards 0 with 483', () => {
    expect(validateRequest(request({ maxForwards: 0 }), options)).toMatchObject({
      status: 483,
      reason: 'too-many-hops',
    });
  });

  it.each([
    ['Route', '<sip:a b>'],
    ['Via', 'SIP/2.0/TLS'],
    ['P-Asserted-Identity', '<sip:>'],
    ['P-Preferred-Identity', 'no address'],
    ['Proxy-Require', 'a b'],
  ])('refuses a malformed %s with 400 as a value', (name, value) => {
    const message = request({ headers: { [name]: value } });
    expect(validateRequest(message, options)).toMatchObject({ status: 400, reason: 'malformed-request' });
  });

  it.each([
    ['Contact', '<sip:@>'],
    ['Path', '<sip:a'],
    ['Expires', 'soon'],
    ['Supported', 'a b'],
  ])('refuses a REGISTER with a malformed %s with 400 as a value', (name, value) => {
    const message = request({ method: 'REGISTER', headers: { [name]: value } });
    expect(validateRequest(message, options)).toMatchObject({ status: 400, reason: 'malformed-request' });
  });

  it('refuses an unknown scheme with 416', () => {
    expect(validateRequest(request({ uri: 'http://contoso.example/' }), options)).toMatchObject({
      status: 416,
      reason: 'unsupported-uri-scheme',
    });
  });

  it('refuses Proxy-Require it does not know with 420 and names it in Unsupported', () => {
    const refused = validateRequest(request({ headers: { 'Proxy-Require': 'path, foo' } }), {
      ...options,
      supported: new Set(['path']),
    });
    expect(refused).toMatchObject({
      status: 420,
      reason: 'extension-not-supported',
      headers: [['Unsupported', 'foo']],
    });
  });

  it('refuses a request that comes back unchanged with 482', () => {
    const first = request();
    const via = Via.from({ transport: 'TLS', host: self, branch: createBranch('u1', loopHash(first)) });
    const back = request({
      via: [Via.from({ transport: 'TLS', host: 'x.example', branch: 'z9hG4bKx' }), via],
    });
    expect(validateRequest(back, options)).toMatchObject({ status: 482, reason: 'loop-detected' });
  });

  it('lets a spiral pass: the request came back with another Request-URI', () => {
    const first = request();
    const via = Via.from({ transport: 'TLS', host: self, branch: createBranch('u1', loopHash(first)) });
    const back = request({ uri: 'sip:carol@contoso.example', via: [via] });
    expect(validateRequest(back, options)).toBeUndefined();
  });

  it('refuses more Via values than hops allowed', () => {
    const via = Array.from({ length: 71 }, (_, i) =>
      Via.from({ transport: 'TLS', host: `h${i}.example`, branch: `z9hG4bK${i}` }),
    );
    expect(validateRequest(request({ via }), options)).toMatchObject({ status: 483 });
  });
});

describe('tokens', () => {
  it('open with the key and purpose that sealed them', () => {
    expect(openToken('p', sealToken('p', ['a', '', 'ü'], key), key)).toEqual(['a', '', 'ü']);
  });

  it('do not open with another key or purpose, or with one character changed', () => {
    const token = sealToken('p', ['alice'], key);
    expect(openToken('q', token, key)).toBeUndefined();
    expect(openToken('p', token, new Uint8Array(32).fill(8))).toBeUndefined();
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A';
      expect(openToken('p', token.slice(0, i) + other + token.slice(i + 1), key)).toBeUndefined();
    }
  });

  it('have one spelling: padding and foreign characters are refused', () => {
    const token = sealToken('p', ['alice'], key);
    expect(openToken('p', `${token}=`, key)).toBeUndefined();
    expect(openToken('p', `${token}!`, key)).toBeUndefined();
    expect(openToken('p', '', key)).toBeUndefined();
  });

  it('refuse a key that is too short, with a code', () => {
    expect(() => sealToken('p', [], new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: 'SIP_PROXY_TOKEN' }),
    );
  });
});

describe('preprocessRoutes', () => {
  it('takes our own entries off the top and leaves the others', () => {
    const message = request({
      routes: [ours({}), '<sip:pool.contoso.example;lr>', '<sip:fe2.contoso.example;lr>'],
    });
    const result = preprocessRoutes(message, { isOurHost, key });
    expect(result).toMatchObject({ removedFirst: 2, removedLast: false });
    expect(result.routes.map(String)).toEqual(['<sip:fe2.contoso.example;lr>']);
  });

  it('believes no token made with another key', () => {
    const forged = createRouteEntry(
      { host: self, port: 5061 },
      { flow: 'f-bob' },
      { key: new Uint8Array(32).fill(8) },
    );
    expect(preprocessRoutes(request({ routes: [forged] }), { isOurHost, key }).tokens).toEqual([]);
  });

  it('gives the Request-URI back that a strict router moved to the end of Route', () => {
    const entry = ours({ flow: 'f-bob' });
    const message = request({
      uri: entry.uri,
      routes: ['<sip:fe2.contoso.example;lr>', '<sip:bob@192.0.2.9>'],
    });
    const result = preprocessRoutes(message, { isOurHost, key });
    expect(result.uri.toString()).toBe('sip:bob@192.0.2.9');
    expect(result).toMatchObject({ removedLast: true, tokens: [{ flow: 'f-bob' }] });
    const sent = forwardRequest(message, {
      via: Via.from({ transport: 'TLS', host: self, branch: 'z9hG4bK1' }),
      preprocessed: result,
    });
    expect(sent.uriText).toBe('sip:bob@192.0.2.9');
    expect(sent.routes.map(String)).toEqual(['<sip:fe2.contoso.example;lr>']);
  });
});

describe('decideRoute outside dialogs', () => {
  it('looks up a user whose home is here', () => {
    expect(decide(request())).toMatchObject({ kind: 'lookup', aor: 'bob@contoso.example' });
  });

  it('hands on to the home front end of another user', () => {
    expect(decide(request({ uri: 'sip:carol@contoso.example' }))).toMatchObject({
      kind: 'server',
      server: 'fe2.contoso.example',
      why: 'home',
    });
  });

  it('refuses an unknown user with 404', () => {
    expect(decide(request({ uri: 'sip:nobody@contoso.example' }))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 404, reason: 'unknown-user' },
    });
  });

  it('refuses a domain that is not ours with 403: no transit', () => {
    for (const arrival of [fromClient, fromServer]) {
      expect(decide(request({ uri: 'sip:x@fabrikam.example' }), arrival)).toMatchObject({
        kind: 'refuse',
        refusal: { status: 403, reason: 'relay-not-allowed' },
      });
    }
  });

  it('carries to a foreign domain only where the topology names a way, and never for a partner', () => {
    const open = { ...known, wayTo: () => 'edge.contoso.example' };
    const message = request({ uri: 'sip:x@fabrikam.example' });
    expect(decide(message, fromClient, open)).toMatchObject({
      kind: 'server',
      server: 'edge.contoso.example',
      why: 'outside',
    });
    expect(decide(message, { kind: 'partner', name: 'p' }, open)).toMatchObject({ kind: 'refuse' });
  });

  it('refuses a Route that leads outside without our token', () => {
    const message = request({ routes: ['<sip:sip.contoso.example;lr>', '<sip:fabrikam.example;lr>'] });
    expect(decide(message)).toMatchObject({ kind: 'refuse', refusal: { reason: 'relay-not-allowed' } });
  });

  it('follows a Route that leads outside with our own token for that domain, and for no other', () => {
    const open = { ...known, wayTo: () => 'edge.contoso.example' };
    const message = request({ routes: [ours({ outside: 'fabrikam.example' }), '<sip:fabrikam.example;lr>'] });
    expect(decide(message, fromClient, open)).toMatchObject({
      kind: 'server',
      server: 'edge.contoso.example',
    });
    const other = request({ routes: [ours({ outside: 'fabrikam.example' }), '<sip:other.example;lr>'] });
    expect(decide(other, fromClient, open)).toMatchObject({ kind: 'refuse' });
  });

  it('accepts a Route to us without token as a mere outbound proxy', () => {
    expect(decide(request({ routes: ['<sip:sip.contoso.example;lr>'] }))).toMatchObject({ kind: 'lookup' });
  });

  it('keeps REGISTER here for our users and hands it on for others', () => {
    const register = (to: string) => request({ method: 'REGISTER', uri: 'sip:contoso.example', to });
    expect(decide(register('<sip:bob@contoso.example>'))).toMatchObject({ kind: 'self' });
    expect(decide(register('<sip:carol@contoso.example>'))).toMatchObject({
      kind: 'server',
      server: 'fe2.contoso.example',
    });
    expect(decide(register('<sip:nobody@contoso.example>'))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 404 },
    });
  });

  it('answers itself what is addressed to the domain or the server', () => {
    expect(decide(request({ method: 'OPTIONS', uri: 'sip:contoso.example' }))).toMatchObject({
      kind: 'self',
    });
    expect(decide(request({ method: 'OPTIONS', uri: `sip:${self}` }))).toMatchObject({ kind: 'self' });
  });

  it('refuses a telephone number with 404', () => {
    expect(decide(request({ uri: 'tel:+12015550123' }))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 404 },
    });
  });
});

describe('decideRoute inside dialogs', () => {
  const uri = 'sip:bob@192.0.2.9:50000';

  it('sends to the connection our token names when another peer asks', () => {
    const message = request({ uri, routes: [ours({ flow: 'f-bob' })] });
    expect(decide(message, fromServer)).toMatchObject({ kind: 'flow', flow: 'f-bob' });
  });

  it('goes on to the next Route when the token names the connection it came over', () => {
    const message = request({
      uri,
      routes: [ours({ flow: 'f-alice' }), '<sip:token@fe2.contoso.example;lr>'],
    });
    expect(decide(message)).toMatchObject({ kind: 'server', server: 'fe2.contoso.example', why: 'route' });
  });

  it('crosses between two clients of this server in both directions', () => {
    const message = request({ uri, routes: [ours({ flow: 'f-alice', otherFlow: 'f-bob' })] });
    expect(decide(message)).toMatchObject({ kind: 'flow', flow: 'f-bob' });
    expect(decide(message, { kind: 'client', flow: 'f-bob' })).toMatchObject({
      kind: 'flow',
      flow: 'f-alice',
    });
  });

  it('refuses with 430 a token of two connections that came over a third', () => {
    const message = request({ uri, routes: [ours({ flow: 'f-alice', otherFlow: 'f-bob' })] });
    expect(decide(message, { kind: 'client', flow: 'f-eve' })).toMatchObject({
      kind: 'refuse',
      refusal: { status: 430, reason: 'flow-failed' },
    });
  });

  it('hands on to the server of the pool that holds the connection', () => {
    const message = request({
      uri,
      routes: [ours({ server: 'fe2.contoso.example', flow: 'f-x' }, 'pool.contoso.example')],
    });
    expect(decide(message)).toMatchObject({ kind: 'server', server: 'fe2.contoso.example', why: 'flow' });
  });

  it('refuses a bare contact address without a token', () => {
    expect(decide(request({ uri }))).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'relay-not-allowed' },
    });
  });
});
