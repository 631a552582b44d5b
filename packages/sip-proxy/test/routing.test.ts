import { type SipRequest, Via } from '@entente/sip';
import {
  type Arrival,
  createBranch,
  createSealing,
  type DialogEnd,
  decideRoute,
  forwardRequest,
  loopHash,
  pathEntry,
  preprocessRoutes,
  type RouteKnowledge,
  recordRouteEntry,
  singleEpoch,
  unknownEnd,
  validateRequest,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { beginning, inDialog, key, request } from './fixtures.ts';

let drawn = 0;
const sealing = createSealing(singleEpoch(key), (bytes) => new Uint8Array(bytes).map(() => ++drawn));

const self = 'fe1.contoso.example';
const isOurHost = (host: string) =>
  host === self || host === 'pool.contoso.example' || host === 'sip.contoso.example';
const known: RouteKnowledge = {
  self,
  isOurDomain: (domain) => domain === 'contoso.example',
  isOurServer: (host) => host === 'fe2.contoso.example' || host === self,
  routeName: (server) => server,
  homeOf: (aor) =>
    ({
      'alice@contoso.example': self,
      'bob@contoso.example': self,
      'carol@contoso.example': 'fe2.contoso.example',
    })[aor],
};
const fromClient: Arrival = { kind: 'client' };
const fromServer: Arrival = { kind: 'server', name: 'fe2.contoso.example' };
const ours = (ends: { caller?: DialogEnd; called?: DialogEnd } = {}, host = self) =>
  recordRouteEntry({ host, port: 5061 }, { caller: unknownEnd, called: unknownEnd, ...ends }, beginning(), {
    sealing,
    scheme: 'sip',
  });

function decide(message: SipRequest, arrival: Arrival = fromClient, knowledge = known) {
  return decideRoute(message, preprocessRoutes(message, { isOurHost, sealing }), arrival, knowledge);
}

describe('validateRequest (RFC 3261 §16.3)', () => {
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

  describe.each(['REGISTER', 'INVITE', 'MESSAGE'])('of a %s outside of a dialog', (method) => {
    it.each([2 ** 31, 2 ** 32 - 1])(
      'refuses CSeq %i, from which no dialog may count on (RFC 3261 §8.1.1.5)',
      (cseq) => {
        const message = request({ method, cseq });
        expect(validateRequest(message, options)).toMatchObject({ status: 400, reason: 'malformed-request' });
      },
    );

    it.each([0, 1, 2 ** 31 - 1])('takes CSeq %i', (cseq) => {
      expect(validateRequest(request({ method, cseq }), options)).toBeUndefined();
    });
  });

  it('takes a number of 2^31 in a dialog, whose end has counted up to it', () => {
    const message = request({ method: 'BYE', cseq: 2 ** 31, to: '<sip:bob@contoso.example>;tag=b1' });
    expect(validateRequest(message, options)).toBeUndefined();
  });

  it('refuses an unknown scheme with 416', () => {
    expect(validateRequest(request({ uri: 'http://contoso.example/' }), options)).toMatchObject({
      status: 416,
      reason: 'unsupported-uri-scheme',
      remedy: expect.stringContaining('tel: URI; an emergency number is dialled as a number'),
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

describe('preprocessRoutes (RFC 3261 §16.4)', () => {
  it('takes our own entries off the top and leaves the others', () => {
    const message = inDialog('caller', {
      routes: [ours(), '<sip:pool.contoso.example;lr>', '<sip:fe2.contoso.example;lr>'],
    });
    const result = preprocessRoutes(message, { isOurHost, sealing });
    expect(result).toMatchObject({ removedFirst: 2, removedLast: false });
    expect(result.routes.map(String)).toEqual(['<sip:fe2.contoso.example;lr>']);
  });

  it('finds what it cannot read: made with another key, changed, of another dialog, or in no dialog at all', () => {
    const entry = ours();
    const changed = `${entry}`.replace(/sip:(.)/, (_, first) => `sip:${first === 'A' ? 'B' : 'A'}`);
    const foreign = createSealing(singleEpoch(new Uint8Array(32).fill(8)), (bytes) => new Uint8Array(bytes));
    const ends = { caller: unknownEnd, called: unknownEnd };
    const forged = recordRouteEntry({ host: self, port: 5061 }, ends, beginning(), {
      sealing: foreign,
      scheme: 'sip',
    });
    for (const message of [
      inDialog('caller', { routes: [forged] }),
      inDialog('caller', { routes: [changed] }),
      inDialog('caller', { routes: [entry], callId: 'another@192.0.2.1' }),
      inDialog('caller', { routes: [entry], from: '<sip:alice@contoso.example>;tag=a2' }),
      inDialog('called', { routes: [entry], from: '<sip:ceo@contoso.example>;tag=b1' }),
      request({ routes: [entry] }),
    ]) {
      const { tokens, unreadable } = preprocessRoutes(message, { isOurHost, sealing });
      expect(tokens).toEqual([]);
      expect(unreadable?.toString()).toContain(self);
    }
  });

  it('gives the Request-URI back that a strict router moved to the end of Route', () => {
    const entry = ours();
    const message = inDialog('caller', {
      uri: entry.uri,
      routes: ['<sip:fe2.contoso.example;lr>', '<sip:bob@192.0.2.9>'],
    });
    const result = preprocessRoutes(message, { isOurHost, sealing });
    expect(result.uri.toString()).toBe('sip:bob@192.0.2.9');
    expect(result).toMatchObject({ removedLast: true, tokens: [{ sender: 'caller' }] });
    const sent = forwardRequest(message, {
      via: Via.from({ transport: 'TLS', host: self, branch: 'z9hG4bK1' }),
      preprocessed: result,
    });
    expect(sent.uriText).toBe('sip:bob@192.0.2.9');
    expect(sent.routes.map(String)).toEqual(['<sip:fe2.contoso.example;lr>']);
  });
});

describe('decideRoute outside dialogs (RFC 3261 §16.5, §16.6)', () => {
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

  it('carries no REGISTER to a foreign domain, which is no registrar of our users', () => {
    const open = { ...known, wayTo: () => 'edge.contoso.example' };
    const register = request({ method: 'REGISTER', uri: 'sip:fabrikam.example' });
    for (const arrival of [fromClient, fromServer])
      expect(decide(register, arrival, open)).toMatchObject({
        kind: 'refuse',
        refusal: { status: 403, reason: 'registration-not-authorised' },
      });
  });

  it.each(['<sip:fabrikam.example;lr>', '<sip:fe2.contoso.example;lr>', '<tel:+12015550123>'])(
    'lets no client or partner choose a server by a Route of its own: %s',
    (hop) => {
      const open = { ...known, wayTo: () => 'edge.contoso.example' };
      const message = request({ routes: ['<sip:sip.contoso.example;lr>', hop] });
      for (const arrival of [fromClient, { kind: 'partner', name: 'p' } as const])
        expect(decide(message, arrival, open)).toMatchObject({
          kind: 'refuse',
          refusal: { status: 403, reason: 'relay-not-allowed' },
        });
    },
  );

  it('lets a server of ours send along a Route of our servers, and out by none', () => {
    const routed = (hop: string) => decide(request({ routes: [hop] }), fromServer);
    expect(routed('<sip:fe2.contoso.example;lr>')).toMatchObject({ kind: 'server', why: 'route' });
    expect(routed('<sip:fabrikam.example;lr>')).toMatchObject({ kind: 'refuse' });
  });

  it('reaches a strict router at the address that becomes the Request-URI (RFC 3261 §16.6 step 7)', () => {
    const message = request({ routes: ['<sip:fe2.contoso.example>', '<sip:fe3.contoso.example;lr>'] });
    const decision = decide(message, fromServer);
    expect(decision).toMatchObject({ kind: 'server', server: 'fe2.contoso.example', why: 'route' });
    const sent = forwardRequest(message, {
      via: Via.from({ transport: 'TLS', host: self, branch: 'z9hG4bK1' }),
      preprocessed: preprocessRoutes(message, { isOurHost, sealing }),
    });
    expect(sent.uriText).toBe('sip:fe2.contoso.example');
    expect(sent.routes.map(String)).toEqual(['<sip:fe3.contoso.example;lr>', '<sip:bob@contoso.example>']);
  });

  it('follows a Path entry for the registrar alone, to that very flow of the device', () => {
    const path = pathEntry(
      { host: self, port: 5061 },
      { user: 'bob@contoso.example', device: 'd.1' },
      { sealing, scheme: 'sip' },
    );
    const message = request({ uri: 'sip:bob@192.0.2.9', routes: [path] });
    expect(decide(message, fromServer)).toMatchObject({ kind: 'device', device: 'd.1', isExact: true });
    for (const arrival of [fromClient, { kind: 'partner', name: 'p' } as const])
      expect(decide(message, arrival)).toMatchObject({ kind: 'refuse', refusal: { status: 403 } });
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

  it('strips a maddr that names this server, with port and transport (RFC 3261 §16.4)', () => {
    for (const maddr of [self, 'CONTOSO.example']) {
      const uri = `sip:carol@contoso.example:5080;transport=tls;maddr=${maddr};x=y`;
      const decision = decide(request({ uri }));
      expect(decision).toMatchObject({ kind: 'server', server: 'fe2.contoso.example', why: 'home' });
      expect(decision.kind === 'server' && `${decision.uri}`).toBe('sip:carol@contoso.example;x=y');
    }
  });

  it('refuses any other maddr with 403: no sender chooses the address that a request goes to (RFC 3261 §16.4, §16.5)', () => {
    for (const arrival of [fromClient, fromServer])
      for (const maddr of ['192.0.2.99', 'fe2.contoso.example', 'fabrikam.example'])
        expect(decide(request({ uri: `sip:bob@contoso.example;maddr=${maddr}` }), arrival)).toMatchObject({
          kind: 'refuse',
          refusal: { status: 403, reason: 'relay-not-allowed' },
        });
  });

  it('looks a user up by the canonical form of the Request-URI (RFC 3261 §16.5)', () => {
    for (const uri of ['sip:%62ob@CONTOSO.example:5061;user=ip', 'sips:bob@contoso.example;x=y'])
      expect(decide(request({ uri }))).toMatchObject({ kind: 'lookup', aor: 'bob@contoso.example' });
  });

  it('refuses a telephone number with 404', () => {
    expect(decide(request({ uri: 'tel:+12015550123' }))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 404 },
    });
  });
});
