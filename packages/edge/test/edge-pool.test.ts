import { parseNameAddr, type SipRequest } from '@entente/sip';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import {
  device,
  hers,
  his,
  message,
  names,
  newSealing,
  ofCalled,
  ofCaller,
  outwards,
  registeredPath,
  type Sent,
  start,
} from './edge-between.ts';

const pool = 'edges.contoso.example';
const [first, second, third] = [names.inside, 'edge2.contoso.example', 'edge3.contoso.example'];
const partners = [{ kind: 'allowed-domain' as const, id: 'fabrikam', domains: ['fabrikam.example'] }];
const topology = sampleTopology({
  partners,
  pools: [
    { fqdn: 'pool1.contoso.example', role: 'front-end' },
    { fqdn: pool, role: 'edge' },
  ],
  servers: [sampleFrontEnd, ...[first, second, third].map((fqdn) => ({ ...sampleEdge, fqdn, pool }))],
});

/** Two edges of a pool. */
function startPool() {
  const sealing = newSealing();
  return [first, second].map((fqdn) => start(sealing, topology, fqdn)) as [
    ReturnType<typeof start>,
    ReturnType<typeof start>,
  ];
}

const lastOf = (sent: readonly Sent[]) => sent.at(-1)?.message as SipRequest;
const partsOf = (value: string | undefined) => {
  const entry = parseNameAddr(value ?? '');
  if (!entry.ok || entry.value.uri.kind !== 'sip') throw new Error(`no entry: ${value}`);
  const { host, parameters, port } = entry.value.uri;
  return { host, port, member: parameters.get('member') };
};

/** A call to the client of an edge. @returns the INVITE as it went out, and our entry for those inside */
function callIn(edge: ReturnType<typeof start>) {
  const Route = registeredPath(edge.fromClient, edge.sent);
  const invite = message('INVITE', 'sip:carol@contoso.example', device, {
    to: `<${hers}>`,
    headers: { Route, 'Record-Route': '<sip:t@pool1.contoso.example;lr>' },
  });
  const answers = edge.fromFrontEnd(invite);
  (edge.sent.outside.at(-1) as Sent).answer(200);
  const entry = answers[0]?.values('Record-Route')[0] ?? '';
  const bye = (route: string) =>
    message('BYE', 'sip:carol@contoso.example', device, {
      from: invite.from,
      to: `<${hers}>;tag=far`,
      callId: invite.callId,
      headers: { Route: route },
    });
  return { path: Route, entry, bye };
}

describe('the entries of an edge of a pool', () => {
  it('name the pool inside and the edge to begin with; outside the name that all of them have', () => {
    const [edge] = startPool();
    const { entry, path } = callIn(edge);
    for (const value of [entry, path])
      expect(partsOf(value)).toEqual({ host: pool, port: 5061, member: first });
    edge.fromFrontEnd(outwards());
    const outside = lastOf(edge.sent.outside).values('Record-Route')[0];
    expect(partsOf(outside)).toEqual({ host: names.outside, port: 5062, member: undefined });
  });

  it('are opened by another edge of it: a client that has moved there is reached, and a partner', () => {
    const [lost, left] = startPool();
    const { bye, entry } = callIn(lost);
    registeredPath(left.fromClient, left.sent);
    left.fromFrontEnd(bye(entry));
    expect(lastOf(left.sent.outside).method).toBe('BYE');
    expect(left.flowsOut).toEqual([left.flowOfClient()]);
    lost.fromFrontEnd(outwards());
    const invite = lastOf(lost.sent.outside);
    const Route = invite.values('Record-Route')[0] ?? '';
    left.fromPartner(ofCalled(invite, 'BYE', { uri: hers, headers: { Route } }));
    expect(lastOf(left.sent.inside).routes.map(String)).toEqual(['<sip:t@fe1.contoso.example;lr>']);
    expect(left.reasons).toEqual([]);
  });

  it('open nothing for an edge without the keys of the pool', () => {
    const [lost] = startPool();
    const { bye, entry } = callIn(lost);
    const stranger = start(newSealing(), topology, second);
    registeredPath(stranger.fromClient, stranger.sent);
    expect(stranger.fromFrontEnd(bye(entry))).toMatchObject([{ status: 430 }]);
    expect(stranger.sent.outside).toEqual([]);
  });
});

describe('a request for a client that is connected to another edge of the pool', () => {
  it('is handed to each of the others under its own name, and by none of them further', () => {
    const [gone, other] = startPool();
    const { bye, entry } = callIn(gone);
    const request = bye(entry);
    expect(other.fromFrontEnd(request)).toEqual([]);
    const handedOn = lastOf(other.sent.inside);
    const [route] = handedOn.values('Route');
    expect(partsOf(route)).toEqual({ host: first, port: 5061, member: undefined });
    gone.fromEdge(second, handedOn);
    expect(gone.flowsOut.at(-1)).toBe(gone.flowOfClient());

    // Each believes that the other has the device.
    gone.reconnect();
    const before = gone.sent.inside.length;
    expect(gone.fromEdge(second, handedOn)).toMatchObject([{ status: 430 }]);
    // Nor under the name of the pool, which a member that has been broken into might send.
    expect(gone.fromEdge(second, request)).toMatchObject([{ status: 430 }]);
    expect(gone.sent.inside).toHaveLength(before);
  });

  it('is handed to none that does not answer: the front end has asked that one itself', () => {
    const sealing = newSealing();
    const gone = start(sealing, topology, first);
    const { bye, entry } = callIn(gone);
    const other = start(sealing, topology, second, first);
    other.fromFrontEnd(bye(entry));
    const [route] = lastOf(other.sent.inside).values('Route');
    expect(partsOf(route).host).toBe(third);
  });

  it('is not handed on by a Path entry: the registrar has the others itself', () => {
    const [gone, other] = startPool();
    const { path } = callIn(gone);
    const invite = message('INVITE', his, device, { headers: { Route: path } });
    expect(other.fromFrontEnd(invite)).toMatchObject([{ status: 430 }]);
  });

  it('is handed on for servers inside alone: outsiders reach no other edge by any entry', () => {
    const [gone, other] = startPool();
    const { entry } = callIn(gone);
    const count = other.sent.inside.length;
    const forged = [entry, entry.replace(pool, names.outside), `<sip:${pool};lr>`, `<sip:${first};lr>`];
    for (const Route of forged) {
      const request = outwards('INVITE');
      const hang = { uri: hers, headers: { Route } };
      expect(other.fromPartner(ofCalled(request, 'BYE', hang))).toMatchObject([{ status: 403 }]);
      expect(other.fromClient(ofCaller(request, 'BYE', hang))).toMatchObject([{ status: 403 }]);
    }
    expect(other.sent.inside).toHaveLength(count);
  });
});
