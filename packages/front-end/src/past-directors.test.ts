import type { SipRequest } from '@entente/sip';
import type { RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleTopology } from '@entente/testkit/topology';
import { type LinkNarrowing, links, type TopologyDocument } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  client,
  edge,
  newSealing,
  ofCalled,
  ofCaller,
  partner,
  proven,
  register,
  relayed,
  type Sending,
  server,
  start,
  throughEdge,
  topology as withoutDirectors,
} from '../test/front-end-on-paper.ts';

const director = 'dir1.contoso.example';
const { document } = withoutDirectors;
const parts: Partial<TopologyDocument> = {
  ...document,
  pools: [
    ...(document.pools ?? []),
    { fqdn: 'directors.contoso.example', role: 'director' },
    { fqdn: 'edges.contoso.example', role: 'edge' },
  ],
  servers: [
    ...document.servers,
    { ...sampleEdge, fqdn: 'edge2.contoso.example', pool: 'edges.contoso.example' },
    { fqdn: director, role: 'director', pool: 'directors.contoso.example' },
  ],
};
const withDirectors = sampleTopology(parts);

function of(fqdn: string, role: 'edge' | 'director'): RequestOrigin {
  const link = role === 'edge' ? links.edgeToFrontEnd : links.directorToFrontEnd;
  return { ...server(fqdn, link), protection: { peer: { role, dnsNames: [fqdn], sipDomains: [] } } };
}
const throughDirector = () => of(director, 'director');

/** A front end whose topology may change, and where Alice is. */
function changing(topology = withDirectors) {
  const current = { topology };
  const frontEnd = start('fe1.contoso.example', newSealing(), undefined, undefined, () => current.topology);
  const connection = client(alice);
  proven(frontEnd, register(alice), connection);
  return { ...frontEnd, current, connection };
}

/** A call as it goes on: of Alice, or over another server. */
function begun(
  network: ReturnType<typeof changing>,
  invite: SipRequest,
  origin = network.connection,
): SipRequest {
  return relayed(network, invite, origin).sent;
}

/** What becomes of a request. */
function fateOf(network: Sending, request: SipRequest, origin: RequestOrigin) {
  const outcome = network.send(request, origin);
  return 'sent' in outcome ? 'sent on' : outcome;
}

const refused = { status: 503, reason: 'past-director' };
const toPartner = requestBetween(alice, partner, { method: 'INVITE' });
const fromPartner = requestBetween(partner, alice, { method: 'INVITE' });

describe('an edge that has directors', () => {
  it.each(['MESSAGE', 'INVITE', 'SUBSCRIBE', 'OPTIONS', 'BYE', 'ACK'])(
    'brings no %s of a partner past them, nor of a user of ours, who is not even challenged',
    (method) => {
      for (const sender of [partner, bob, 'sip:nobody@contoso.example', 'sip:ceo@bank.example'])
        expect(fateOf(changing(), requestBetween(sender, alice, { method }), throughEdge())).toMatchObject(
          refused,
        );
    },
  );

  it('registers nobody past them, and looks at no password', () => {
    expect(fateOf(changing(), register(alice), throughEdge())).toEqual({ ...refused, headers: [] });
  });

  it('has nothing acknowledged past them', () => {
    const network = changing();
    const sent = begun(network, fromPartner, throughDirector());
    expect(fateOf(network, ofCaller(sent, 'ACK', { uri: alice }), throughEdge())).toMatchObject(refused);
  });

  it('brings what belongs to a call of a user inside, which went out over it', () => {
    const network = changing();
    const sent = begun(network, toPartner);
    for (const method of ['INFO', 'INVITE', 'ACK', 'BYE']) {
      const request = ofCalled(sent, method, { uri: 'sip:alice@client.invalid' });
      expect(fateOf(network, request, throughEdge())).toBe('sent on');
    }
  });

  it('brings nothing that belongs to a call over another edge, or over a director', () => {
    const network = changing();
    const out = ofCalled(begun(network, toPartner), 'BYE', { uri: 'sip:alice@client.invalid' });
    expect(fateOf(network, out, of('edge2.contoso.example', 'edge'))).toMatchObject(refused);
    const into = ofCaller(begun(network, fromPartner, throughDirector()), 'BYE', { uri: alice });
    expect(fateOf(network, into, throughEdge())).toMatchObject(refused);
    expect(fateOf(network, into, throughDirector())).toBe('sent on');
  });

  it('brings nothing of the end inside of a call that it is in', () => {
    const network = changing();
    const asAlice = ofCaller(begun(network, toPartner), 'BYE', { uri: partner });
    expect(fateOf(network, asAlice, throughEdge())).toMatchObject(refused);
  });

  it('brings what belongs to calls from before they stood, in which a user outside still proves who it is', () => {
    const network = changing(withoutDirectors);
    const ofPartner = ofCaller(begun(network, fromPartner, throughEdge()), 'BYE', { uri: alice });
    const invite = requestBetween(bob, alice, { method: 'INVITE' });
    const outside = proven(network, invite, throughEdge());
    if (!('sent' in outside) || outside.sent === undefined) throw new Error(JSON.stringify(outside));
    const ofUser = ofCaller(outside.sent, 'BYE', { uri: alice });
    network.current.topology = withDirectors;
    expect(fateOf(network, invite, throughEdge())).toMatchObject(refused);
    expect(fateOf(network, ofPartner, throughEdge())).toBe('sent on');
    expect(fateOf(network, ofUser, throughEdge())).toMatchObject({
      status: 407,
      reason: 'authentication-required',
    });
  });

  it('brings everything itself again once they have gone, or it may send nothing to them', () => {
    const network = changing();
    expect(fateOf(network, fromPartner, throughEdge())).toMatchObject(refused);
    const narrowed: LinkNarrowing = { row: links.edgeToDirector.row, a: [edge], maySend: 'b' };
    for (const topology of [withoutDirectors, sampleTopology({ ...parts, links: [narrowed] })]) {
      network.current.topology = topology;
      expect(fateOf(network, fromPartner, throughEdge())).toBe('sent on');
    }
  });
});

describe('a director', () => {
  it('brings what a partner sends, and a user whom it has authenticated', () => {
    const network = changing();
    expect(fateOf(network, fromPartner, throughDirector())).toBe('sent on');
    const headers = { 'P-Asserted-Identity': `<${bob}>` };
    const ofUser = requestBetween(bob, alice, { method: 'MESSAGE', headers });
    expect(fateOf(network, ofUser, throughDirector())).toBe('sent on');
  });
});
