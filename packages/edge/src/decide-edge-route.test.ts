import type { SipRequest } from '@entente/sip';
import {
  createRouteEntry,
  createSealing,
  preprocessRoutes,
  revealRoutes,
  sealedEntry,
} from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { type Arrival, decideEdgeRoute } from './decide-edge-route.ts';

const access = 'access.contoso.example';
const address = { host: access, port: 443 };
const key = new Uint8Array(32).fill(7);
const sealing = createSealing(key, () => new Uint8Array(16));

const topology = sampleTopology({
  servers: [sampleFrontEnd, { fqdn: 'med1.contoso.example', role: 'mediation' }, sampleEdge],
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] },
    { kind: 'allowed-domain', id: 'litware', domains: ['litware.example'] },
  ],
});

const client: Arrival = { kind: 'client', flow: 'boot.1' };
const fabrikam: Arrival = {
  kind: 'partner',
  authority: { id: 'fabrikam', domains: ['fabrikam.example'], hosts: [] },
};
/** Whom a way was sealed for. */
const forClient = { flow: 'boot.1' };
const forPartner = { outside: 'fabrikam.example' };

function requestOf(arrival: Arrival, uri: string, route: string): SipRequest {
  const from = arrival.kind === 'partner' ? 'sip:bob@fabrikam.example' : 'sip:alice@contoso.example';
  const via = 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1';
  return requestBetween(from, uri, { via, headers: { Route: route } });
}

/** What becomes of a request with a way that we have sealed for somebody. */
function decide(
  arrival: Arrival,
  parts: {
    readonly uri: string;
    readonly sealedFor: { flow?: string; outside?: string };
    readonly route?: string | readonly string[];
  },
) {
  const { route, sealedFor, uri } = parts;
  const routes = route === undefined ? [] : [route].flat().map((host) => `<sip:${host};lr>`);
  const request = requestOf(
    arrival,
    uri,
    `${sealedEntry({ flow: '', outside: '', routes, ...sealedFor }, address, sealing)}`,
  );
  const revealed = revealRoutes(request, { isOurHost: (host) => host === access, sealing });
  if (!revealed.ok) throw new Error(revealed.refusal.message);
  return decideEdgeRoute(request, revealed.routes, arrival, topology);
}

const refused = { kind: 'refuse', refusal: { reason: 'relay-not-allowed', status: 403 } };

describe('what outsiders reach with a way that we have sealed', () => {
  const through = { uri: 'sip:bob@198.51.100.7', route: 'fe1.contoso.example' };

  it('leads on through a front end', () => {
    const inside = { kind: 'inside', server: 'fe1.contoso.example' };
    expect(decide(client, { ...through, sealedFor: forClient })).toEqual(inside);
    expect(decide(fabrikam, { ...through, sealedFor: forPartner })).toEqual(inside);
  });

  it('leads nobody in but whom it was sealed for: no partner by that of another or of a client, no client by that of a partner', () => {
    for (const sealedFor of [{ outside: 'litware.example' }, forClient, {}])
      expect(decide(fabrikam, { ...through, sealedFor })).toMatchObject(refused);
    expect(decide(client, { ...through, sealedFor: forPartner })).toMatchObject(refused);
  });

  it('refuses to lead one client to the connection of another past the servers that ask who he is', () => {
    const uri = 'sip:bob@contoso.example';
    expect(decide(client, { uri, sealedFor: { flow: 'boot.2' } })).toMatchObject(refused);
    expect(decide(fabrikam, { uri, sealedFor: { flow: 'boot.2' } })).toMatchObject(refused);
  });

  it('refuses a way to a server inside that asks nobody who he is', () => {
    // The other end of the dialog writes part of the way that we seal: it may put a front end in front.
    for (const route of ['med1.contoso.example', ['fe1.contoso.example', 'med1.contoso.example']]) {
      const gateway = { uri: 'sip:+15550100@contoso.example', route };
      expect(decide(client, { ...gateway, sealedFor: forClient })).toMatchObject(refused);
      expect(decide(fabrikam, { ...gateway, sealedFor: forPartner })).toMatchObject(refused);
    }
  });

  it('refuses a Request-URI that names a server inside and is no Contact that we have sealed', () => {
    const guessed = { uri: 'sip:+15550100@med1.contoso.example', route: 'fe1.contoso.example' };
    expect(decide(client, { ...guessed, sealedFor: forClient })).toMatchObject(refused);
    expect(decide(fabrikam, { ...guessed, sealedFor: forPartner })).toMatchObject(refused);
    const sealed = sealing.seal('contact', [guessed.uri]);
    const given = { ...guessed, uri: `sip:${sealed}@${access}` };
    expect(decide(client, { ...given, sealedFor: forClient })).toMatchObject({ kind: 'inside' });
    expect(decide(fabrikam, { ...given, sealedFor: forPartner })).toMatchObject({ kind: 'inside' });
  });

  it('leads on through a front end and an edge to somebody outside', () => {
    const route = ['fe1.contoso.example', 'edge1.contoso.example', 'sip.litware.example'];
    expect(decide(client, { ...through, route, sealedFor: forClient })).toMatchObject({ kind: 'inside' });
  });

  it('never carries a request of one partner on to another, through a front end either', () => {
    const transit = { uri: 'sip:alice@litware.example', route: 'fe1.contoso.example' };
    expect(decide(fabrikam, { ...transit, sealedFor: forPartner })).toMatchObject(refused);
  });

  it('lets a client send with the way of his own connection', () => {
    expect(decide(client, { uri: 'sip:bob@contoso.example', sealedFor: forClient })).toEqual({
      kind: 'inside',
      server: 'fe1.contoso.example',
    });
  });
});

describe('what leaves', () => {
  it('is refused where its Route would carry the name of a server inside', () => {
    const inside = { host: 'edge1.contoso.example', port: 5061 };
    const own = createRouteEntry(inside, { outside: 'fabrikam.example' }, { key });
    const decided = (behind: string) => {
      const server: Arrival = { kind: 'server' };
      const request = requestOf(
        server,
        'sip:bob@192.0.2.9',
        `${own}, <sip:sip.fabrikam.example;lr>${behind}`,
      );
      const routes = preprocessRoutes(request, {
        isOurHost: (host) => host === 'edge1.contoso.example',
        key,
      });
      return decideEdgeRoute(request, routes, server, topology);
    };
    expect(decided('')).toEqual({ kind: 'partner', domain: 'fabrikam.example' });
    expect(decided(', <sip:fe1.contoso.example;lr>')).toMatchObject(refused);
  });
});
