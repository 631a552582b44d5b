import { createRequest, type SipRequest } from '@entente/sip';
import { createRouteEntry, preprocessRoutes } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { type Arrival, decidePassage } from './decide-passage.ts';

const edge = 'edge1.contoso.example';
const key = new Uint8Array(32).fill(7);
const roles = new Map([
  [edge, 'edge'],
  ['fe1.contoso.example', 'front-end'],
  ['med1.contoso.example', 'mediation'],
]);

const topology = {
  servers: new Map([...roles].map(([fqdn, role]) => [fqdn, { fqdn, role }])),
  isOurDomain: (domain: string) => domain === 'contoso.example',
  partnerOf: (domain: string) => (/^(fabrikam|litware)\.example$/.test(domain) ? { id: domain } : undefined),
  homeServer: () => ({ fqdn: 'fe1.contoso.example' }),
} as unknown as Topology;

const client: Arrival = { kind: 'client', flow: 'boot.1' };
const fabrikam: Arrival = {
  kind: 'partner',
  authority: { id: 'fabrikam', domains: ['fabrikam.example'], hosts: [] },
};

/** What becomes of a request whose Route has our own token, and behind it the given hosts. */
function decide(
  arrival: Arrival,
  parts: { readonly uri: string; readonly flow?: string; readonly route?: string },
) {
  const ownRoute = createRouteEntry(edge, { server: edge, flow: parts.flow ?? '' }, { key });
  const from = arrival.kind === 'client' ? 'sip:alice@contoso.example' : 'sip:bob@fabrikam.example';
  const request: SipRequest = createRequest({
    method: 'MESSAGE',
    uri: parts.uri,
    from: `<${from}>;tag=1`,
    to: `<${parts.uri}>`,
    callId: 'c',
    cseq: 1,
    headers: {
      Via: 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1',
      Route: parts.route === undefined ? `${ownRoute}` : `${ownRoute}, <sip:${parts.route};lr>`,
    },
  });
  const routes = preprocessRoutes(request, { isOurHost: (host) => host === edge, key });
  expect(routes.tokens.length).toBe(1);
  return decidePassage(request, routes, arrival, topology);
}

const refused = { kind: 'refuse', refusal: { reason: 'relay-not-allowed', status: 403 } };

describe('what outsiders reach with a token of ours that they have seen in a dialog', () => {
  it('refuses to lead one client to the connection of another past the servers that ask who he is', () => {
    expect(decide(client, { uri: 'sip:bob@contoso.example', flow: 'boot.2' })).toMatchObject(refused);
  });

  it('refuses to lead a partner straight to the connection of a client', () => {
    expect(decide(fabrikam, { uri: 'sip:bob@contoso.example', flow: 'boot.2' })).toMatchObject(refused);
  });

  it('leads on through a front end', () => {
    const through = { uri: 'sip:bob@198.51.100.7', route: 'fe1.contoso.example' };
    for (const arrival of [client, fabrikam])
      expect(decide(arrival, through)).toEqual({ kind: 'inside', server: 'fe1.contoso.example' });
  });

  it('refuses a Route to a server inside that asks nobody who he is', () => {
    const through = { uri: 'sip:+15550100@contoso.example', route: 'med1.contoso.example' };
    for (const arrival of [client, fabrikam]) expect(decide(arrival, through)).toMatchObject(refused);
  });

  it('never carries a request of one partner on to another, through a front end either', () => {
    const through = { uri: 'sip:alice@litware.example', route: 'fe1.contoso.example' };
    expect(decide(fabrikam, through)).toMatchObject(refused);
  });

  it('lets a client send with the token of his own connection', () => {
    expect(decide(client, { uri: 'sip:bob@contoso.example', flow: 'boot.1' })).toEqual({
      kind: 'inside',
      server: 'fe1.contoso.example',
    });
  });
});
