import type { RequestParts, SipRequest } from '@entente/sip';
import {
  type Arrival,
  createSealing,
  type DialogEnd,
  decideRoute,
  identityInDialog,
  preprocessRoutes,
  type RouteKnowledge,
  recordRouteEntry,
  singleEpoch,
  unknownEnd,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { alice, beginning, bob, inDialog, key, request } from './fixtures.ts';

const self = 'fe1.contoso.example';
const next = 'fe2.contoso.example';
let drawn = 0;
const sealing = createSealing(singleEpoch(key), (bytes) => new Uint8Array(bytes).map(() => ++drawn));
const edge = 'edge1.contoso.example';
const pool = 'pool1.contoso.example';
const members = new Set([self, 'fe3.contoso.example', 'fe4.contoso.example']);
const servers = new Set([...members, pool, next, edge, 'mediation1.contoso.example']);
const known: RouteKnowledge = {
  self,
  isOurDomain: (domain) => domain === 'contoso.example',
  isOurServer: (host) => servers.has(host),
  routeName: (server) => (members.has(server) ? pool : server),
  homeOf: () => self,
  wayTo: () => edge,
};
const client: Arrival = { kind: 'client' };
const server: Arrival = { kind: 'server', name: next };
const partner: Arrival = { kind: 'partner', name: edge };

const aliceHere: DialogEnd = { user: alice, device: 'a1', via: '' };
const bobHere: DialogEnd = { user: bob, device: 'b1', via: '' };
const beyond: DialogEnd = { user: '', device: '', via: next };

function entry(ends: { caller?: DialogEnd; called?: DialogEnd }, host = self, to?: string): string {
  const all = { caller: unknownEnd, called: unknownEnd, ...ends };
  return `${recordRouteEntry({ host, port: 5061 }, all, beginning(to), { sealing, scheme: 'sip' })}`;
}

const preprocess = (message: SipRequest) =>
  preprocessRoutes(message, { isOurHost: (host) => host === pool || members.has(host), sealing });
const decide = (message: SipRequest, arrival: Arrival = client) =>
  decideRoute(message, preprocess(message), arrival, known);
const along = (from: 'caller' | 'called', routes: readonly string[], parts: Partial<RequestParts> = {}) =>
  inDialog(from, { uri: 'sip:b@192.0.2.9', routes, ...parts });

describe('a request in a dialog', () => {
  it('goes to the device at the other end, whichever side sends it, over whatever connection that has now', () => {
    const token = entry({ caller: aliceHere, called: bobHere });
    expect(decide(along('caller', [token]))).toMatchObject({
      kind: 'device',
      user: bob,
      device: 'b1',
      isExact: false,
    });
    expect(decide(along('called', [token]))).toMatchObject({ kind: 'device', user: alice, device: 'a1' });
  });

  it('is no REGISTER: the other end would answer in the place of a registrar', () => {
    const token = entry({ caller: aliceHere, called: bobHere });
    for (const arrival of [client, server, partner])
      expect(decide(along('caller', [token], { method: 'REGISTER' }), arrival)).toMatchObject({
        kind: 'refuse',
        refusal: { reason: 'registration-not-authorised', status: 403 },
      });
  });

  it('finds the other end where both are one user: the tags say which side it comes from', () => {
    const other = { ...aliceHere, device: 'a2' };
    const token = entry({ caller: aliceHere, called: other });
    expect(decide(along('caller', [token]))).toMatchObject({ device: 'a2' });
    expect(decide(along('called', [token]))).toMatchObject({ device: 'a1' });
  });

  it('goes on to the neighbour that our token names, by the next Route or by the Contact of its end', () => {
    const token = entry({ caller: aliceHere, called: beyond });
    const decided = { kind: 'server', server: next, why: 'route' };
    expect(decide(along('caller', [token, `<sip:t@${next};lr>`]))).toMatchObject(decided);
    expect(decide(along('caller', [token], { uri: `sip:room@${next}` }))).toMatchObject(decided);
    for (const arrival of [server, partner])
      expect(decide(along('called', [token]), arrival)).toMatchObject({ kind: 'device', device: 'a1' });
  });

  it.each(['mediation1.contoso.example', edge, pool, 'fabrikam.example'])(
    'goes to no other server than that neighbour, whatever its sender has written behind our entry: %s',
    (host) => {
      const token = entry({ caller: aliceHere, called: beyond });
      for (const message of [
        along('caller', [token, `<sip:${host};lr>`]),
        along('caller', [token], { uri: `sip:+15550100@${host}` }),
      ])
        expect(decide(message)).toMatchObject({ kind: 'refuse', refusal: { reason: 'relay-not-allowed' } });
    },
  );

  it('is refused without our token, for every sender, and is looked up nowhere', () => {
    for (const arrival of [client, server, partner]) {
      for (const uri of ['sip:bob@contoso.example', 'sip:b@192.0.2.9', 'sip:bob@fabrikam.example'])
        expect(decide(inDialog('caller', { uri }), arrival)).toMatchObject({
          kind: 'refuse',
          refusal: { status: 403, reason: 'not-in-dialog' },
        });
      const ack = request({ method: 'ACK' });
      expect(decide(ack, arrival)).toMatchObject({ kind: 'refuse', refusal: { reason: 'not-in-dialog' } });
    }
  });

  it('is refused with a token that cannot be read: 403, and 430 for a server, whose flow has failed', () => {
    const [lost] = [entry({ caller: aliceHere, called: bobHere }).replace('sip:A', 'sip:B')];
    const uri = 'sip:bob@fabrikam.example';
    for (const arrival of [client, partner])
      expect(decide(along('caller', [lost], { uri }), arrival)).toMatchObject({
        kind: 'refuse',
        refusal: { status: 403 },
      });
    expect(decide(along('caller', [lost], { uri }), server)).toMatchObject({
      kind: 'refuse',
      refusal: { status: 430, reason: 'flow-failed' },
    });
  });

  it('is read by any member of the pool, whichever wrote the entry, and by no other server', () => {
    for (const host of [pool, self, 'fe3.contoso.example']) {
      const token = entry({ caller: aliceHere, called: bobHere }, host);
      const decision = decide(along('caller', [token]));
      expect(decision).toMatchObject({ kind: 'device', device: 'b1', entry: { host } });
    }
    for (const host of [next, 'fabrikam.example']) {
      const token = entry({ caller: aliceHere, called: bobHere }, host);
      expect(decide(along('caller', [token]))).toMatchObject({ kind: 'refuse' });
    }
    expect(decide(along('caller', [`<sip:t@${pool};lr>`]))).toMatchObject({ refusal: { status: 403 } });
  });
});

describe('the entries of members of one pool in a row', () => {
  const viaPool: DialogEnd = { user: '', device: '', via: pool };
  const first = entry({ caller: aliceHere, called: viaPool }, pool);
  const second = entry({ caller: viaPool, called: bobHere }, pool);

  it('are read by one of them: the last says where they lead, from either side', () => {
    expect(decide(along('caller', [first, second]))).toMatchObject({ kind: 'device', device: 'b1' });
    expect(decide(along('called', [second, first]), partner)).toMatchObject({ kind: 'device', device: 'a1' });
    const out = entry({ caller: viaPool, called: beyond }, pool);
    const decided = { kind: 'server', server: next };
    expect(decide(along('caller', [first, out, `<sip:t@${next};lr>`]))).toMatchObject(decided);
  });

  it('lead no further than the first says: behind a device or another neighbour no entry of ours counts', () => {
    const elsewhere = entry({
      caller: viaPool,
      called: { user: 'eve@contoso.example', device: 'e1', via: '' },
    });
    const own = entry({ caller: aliceHere, called: bobHere }, pool);
    expect(decide(along('caller', [own, elsewhere]))).toMatchObject({ device: 'b1' });
    const away = entry({ caller: aliceHere, called: beyond }, pool);
    expect(decide(along('caller', [away, elsewhere]))).toMatchObject({ kind: 'refuse' });
  });

  it('are refused where one of them was not sealed for this dialog', () => {
    const other = entry({ caller: viaPool, called: bobHere }, pool, '<sip:carol@contoso.example>');
    for (const routes of [
      [first, other],
      [other, second],
    ])
      expect(decide(along('caller', routes))).toMatchObject({ refusal: { reason: 'relay-not-allowed' } });
  });
});

describe('the identity in a dialog', () => {
  const helpdesk = '<sip:helpdesk@contoso.example>';
  const tokenOf = (message: SipRequest) => {
    const [token] = preprocess(message).tokens;
    if (token?.kind !== 'dialog') throw new Error('expected a token of the dialog');
    return token;
  };

  it.each([helpdesk, '<sip:bob@fabrikam.example>', '<tel:+12015550123>'])(
    'is that of the user who was called, though To was %s',
    (to) => {
      const token = entry({ caller: aliceHere, called: bobHere }, self, to);
      const bye = along('called', [token], { from: `${to};tag=b1` });
      expect(identityInDialog(bye, [bob], tokenOf(bye), self)).toEqual({
        ok: true,
        asserted: bob,
        values: ['<sip:bob@contoso.example>'],
      });
    },
  );

  it('is nobody’s who is not at that end, whatever address was called', () => {
    const token = entry({ caller: aliceHere, called: bobHere }, self, helpdesk);
    const bye = along('called', [token], { from: `${helpdesk};tag=b1` });
    expect(identityInDialog(bye, ['carol@contoso.example'], tokenOf(bye), self)).toMatchObject({
      ok: false,
      refusal: { status: 403, reason: 'identity-not-authorised' },
    });
  });

  it('lets the caller write no other From than its own, as outside of a dialog', () => {
    const token = entry({ caller: aliceHere, called: bobHere });
    const forged = along('caller', [token], { from: '<sip:ceo@contoso.example>;tag=a1' });
    expect(identityInDialog(forged, [alice], tokenOf(forged), self)).toMatchObject({ ok: false });
    const own = along('caller', [token]);
    expect(identityInDialog(own, [alice], tokenOf(own), self)).toMatchObject({ ok: true, asserted: alice });
  });
});
