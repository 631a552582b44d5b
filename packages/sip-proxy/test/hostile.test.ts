import { parseMessage, type SipRequest, Via } from '@entente/sip';
import {
  authenticate,
  decideRoute,
  forwardRequest,
  identityOf,
  preprocessRoutes,
  type RouteKnowledge,
  register,
  revealRoutes,
  validateRequest,
} from '@entente/sip-proxy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alice, authenticationOptions, fakeSealing, now, request } from './fixtures.ts';

const sealing = fakeSealing();

const known: RouteKnowledge = {
  self: 'fe1.contoso.example',
  isOurDomain: (domain) => domain === 'contoso.example',
  isOurServer: (host) => host.endsWith('.contoso.example'),
  routeName: (server) => server,
  homeOf: () => 'fe1.contoso.example',
};

/** Every decision of this package about one request. */
function decideAll(message: SipRequest): string {
  const refused = validateRequest(message, { isOurVia: (host) => host === known.self });
  if (refused !== undefined) return refused.reason;
  const preprocessed = preprocessRoutes(message, { isOurHost: (host) => host === known.self, sealing });
  revealRoutes(message, { isOurHost: (host) => host === known.self, sealing });
  authenticate(message, authenticationOptions());
  identityOf(message, { kind: 'trusted-server', name: 'fe2.contoso.example' }, known.self);
  identityOf(message, { kind: 'user', addresses: [alice] }, known.self);
  const decision = decideRoute(message, preprocessed, { kind: 'client' }, known);
  forwardRequest(message, {
    via: Via.from({ transport: 'TLS', host: known.self, branch: 'z9hG4bKx' }),
    preprocessed,
  });
  if (message.method === 'REGISTER')
    register(message, alice, [], { now, toTag: 't', flow: 'f', gruus: sealing });
  return decision.kind;
}

const rich = {
  Route: '<sip:fe1.contoso.example;lr>, <sip:fe2.contoso.example;lr>',
  Contact:
    '"A" <sip:alice@192.0.2.1:5061;transport=tls>;expires=60;q=0.5;+sip.instance="<urn:uuid:1>";reg-id=1',
  Path: '<sip:t@edge.contoso.example;lr;ob>',
  Supported: 'path, gruu, outbound',
  'Proxy-Require': 'sec-agree',
  'P-Asserted-Identity': '"A" <sip:alice@contoso.example>, <tel:+12015550123>',
  'P-Preferred-Identity': '<sip:alice@contoso.example>',
  'Proxy-Authorization':
    'Digest username="alice", realm="contoso.example", nonce="n", uri="sip:x", response="0", qop=auth, nc=00000001, cnonce="c"',
  Authorization: 'Digest username="alice", realm="contoso.example", nonce="n", uri="sip:x", response="0"',
  Privacy: 'id',
  Expires: '3600',
};
const seeds = ['REGISTER', 'INVITE', 'MESSAGE'].map((method) => request({ method, headers: rich }).wire);

describe('hostile requests', () => {
  it('are decided or refused, never thrown, whatever bytes of them change', () => {
    const edit = fc.record({
      at: fc.nat(2_000),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.constantFrom(
          '',
          ',',
          ';',
          '<',
          '>',
          '"',
          '@',
          '%',
          ':',
          '=',
          ' ',
          '\\',
          '*',
          '\r\n ',
          '%00',
          'é',
          '[::1]',
          '0',
        ),
        fc.string({ maxLength: 6 }),
      ),
    });
    const edited = fc
      .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }))
      .map(([seed, edits]) => {
        let wire = seed;
        for (const { at, remove, insert } of edits) {
          const from = at % wire.length;
          wire = wire.slice(0, from) + insert + wire.slice(from + remove);
        }
        return wire;
      });
    const outcomeOf = (wire: string): string | undefined => {
      const parsed = parseMessage(Buffer.from(wire, 'latin1'));
      return parsed.ok && parsed.message.kind === 'request' ? decideAll(parsed.message) : undefined;
    };
    fc.assert(
      fc.property(edited, (wire) => void outcomeOf(wire)),
      { numRuns: 5_000 },
    );
    // The edits reach more than one branch; always the same edits, so this does not hang on luck.
    const reached = new Set(fc.sample(edited, { seed: 1, numRuns: 500 }).map(outcomeOf));
    expect(reached.size).toBeGreaterThan(3);
  });
});
