import type { SipRequest } from '@entente/sip';
import {
  createSealing,
  type DialogEnd,
  preprocessRoutes,
  recordRouteEntry,
  revealRoutes,
  sealedEntry,
  singleEpoch,
  unknownEnd,
} from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { type Arrival, decideEdgeRoute } from './decide-edge-route.ts';

const access = 'access.contoso.example';
const address = { host: access, port: 443 };
const key = singleEpoch(new Uint8Array(32).fill(7));
const sealing = createSealing(key, (bytes) => new Uint8Array(bytes));

const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    { fqdn: 'gw1.contoso.example', role: 'gateway' },
    { fqdn: 'app1.contoso.example', role: 'trusted-application' },
    sampleEdge,
  ],
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
/** The home of our users, and the other members of its pool where that is dead. */
const homeOrPool = {
  kind: 'inside',
  server: 'pool1.contoso.example',
  first: { member: 'fe1.contoso.example' },
};
/** Whom a route was sealed for. */
const forClient: DialogEnd = { user: 'alice@contoso.example', device: 'd1', via: '' };
const forPartner: DialogEnd = { user: '', device: '', via: 'fabrikam.example' };
/** Alice's device is registered over the client's connection, and nobody else's. */
const known = {
  topology,
  isOn: (user: string, device: string, flow: string) =>
    user === forClient.user && device === forClient.device && flow === 'boot.1',
  isUsed: (flow: string) => flow !== 'boot.3',
};

function addressOf(arrival: Arrival): string {
  return arrival.kind === 'partner' ? 'sip:bob@fabrikam.example' : 'sip:alice@contoso.example';
}

/** A request of the end that began a dialog; without `isInDialog` the one that began it. */
function requestOf(arrival: Arrival, uri: string, route?: string, isInDialog = true): SipRequest {
  const via = 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1';
  const to = `<sip:called@contoso.example>${isInDialog ? ';tag=2' : ''}`;
  const headers = route === undefined ? {} : { Route: route };
  return requestBetween(addressOf(arrival), uri, { via, to, headers });
}

function decided(request: SipRequest, arrival: Arrival) {
  const revealed = revealRoutes(request, { isOurHost: (host) => host === access, sealing });
  if (!revealed.ok) throw new Error(revealed.refusal.message);
  return decideEdgeRoute(request, revealed.routes, arrival, known);
}

/** What becomes of a request with a route that we have sealed for somebody. */
function decide(
  arrival: Arrival,
  parts: {
    readonly uri: string;
    readonly sealedFor: DialogEnd;
    readonly route?: string | readonly string[];
  },
) {
  const { route, sealedFor, uri } = parts;
  const routes = route === undefined ? [] : [route].flat().map((host) => `<sip:${host};lr>`);
  const dialog = { request: requestOf(arrival, uri, undefined, false), side: 'caller' } as const;
  const entry = sealedEntry({ end: sealedFor, routes }, address, dialog, { sealing, scheme: 'sip' });
  return decided(requestOf(arrival, uri, `${entry}`), arrival);
}

const refused = { kind: 'refuse', refusal: { reason: 'relay-not-allowed', status: 403 } };

describe('what outsiders reach with a way that we have sealed', () => {
  const through = { uri: 'sip:bob@198.51.100.7', route: 'fe1.contoso.example' };

  it('leads on through a front end', () => {
    const inside = { kind: 'inside', server: 'fe1.contoso.example' };
    expect(decide(client, { ...through, sealedFor: forClient })).toMatchObject(inside);
    expect(decide(fabrikam, { ...through, sealedFor: forPartner })).toMatchObject(inside);
  });

  it('carries no REGISTER: who is at its end would answer in the place of a registrar', () => {
    const dialog = { request: requestOf(client, through.uri, undefined, false), side: 'caller' } as const;
    for (const [arrival, end] of [
      [client, forClient],
      [fabrikam, forPartner],
    ] as const) {
      const inside = requestOf(arrival, through.uri, undefined, false);
      const entry = sealedEntry(
        { end, routes: [] },
        address,
        { ...dialog, request: inside },
        { sealing, scheme: 'sip' },
      );
      const register = requestBetween(addressOf(arrival), through.uri, {
        method: 'REGISTER',
        via: 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1',
        to: '<sip:called@contoso.example>;tag=2',
        headers: { Route: `${entry}` },
      });
      expect(decided(register, arrival)).toMatchObject({
        kind: 'refuse',
        refusal: { reason: 'registration-not-authorised', status: 403 },
      });
    }
  });

  it('is none that a client registers along: a REGISTER is for one of our domains, and a partner is no registrar of ours', () => {
    const register = (uri: string) =>
      decided(
        requestBetween('sip:alice@contoso.example', uri, {
          method: 'REGISTER',
          via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
          to: '<sip:alice@contoso.example>',
        }),
        client,
      );
    expect(register('sip:contoso.example')).toMatchObject({ kind: 'inside' });
    for (const uri of [
      'sip:fabrikam.example',
      'sip:alice@fabrikam.example',
      'sip:192.0.2.1',
      'tel:+15550100',
    ])
      expect(register(uri)).toMatchObject({
        kind: 'refuse',
        refusal: { reason: 'registration-not-authorised', status: 403 },
      });
  });

  it('leads nobody in but whom it was sealed for: no partner by that of another or of a client, no client by that of a partner', () => {
    for (const sealedFor of [{ ...forPartner, via: 'litware.example' }, forClient, unknownEnd])
      expect(decide(fabrikam, { ...through, sealedFor })).toMatchObject(refused);
    expect(decide(client, { ...through, sealedFor: forPartner })).toMatchObject(refused);
  });

  it('leads no client in but the user whose device is registered over its connection', () => {
    const uri = 'sip:bob@contoso.example';
    for (const sealedFor of [
      { ...forClient, user: 'eve@contoso.example' },
      { ...forClient, device: '~boot.2' },
      unknownEnd,
    ]) {
      expect(decide(client, { uri, sealedFor })).toMatchObject(refused);
      expect(decide(fabrikam, { uri, sealedFor })).toMatchObject(refused);
    }
    const another: Arrival = { kind: 'client', flow: 'boot.2' };
    expect(decide(another, { uri, sealedFor: forClient })).toMatchObject(refused);
  });

  it('leads on to a front end, which challenges, over a second connection that is nobody’s', () => {
    const second: Arrival = { kind: 'client', flow: 'boot.3' };
    const inside = { kind: 'inside', server: 'fe1.contoso.example' };
    expect(decide(second, { ...through, sealedFor: forClient })).toMatchObject(inside);
    for (const sealedFor of [unknownEnd, forPartner])
      expect(decide(second, { ...through, sealedFor })).toMatchObject(refused);
  });

  it('refuses a way to a server inside that asks nobody who he is', () => {
    // The other end of the dialog writes part of the way that we seal: it may put a front end in front.
    const [fe, med, gw, app] = ['fe1', 'med1', 'gw1', 'app1'].map((name) => `${name}.contoso.example`) as [
      string,
      string,
      string,
      string,
    ];
    for (const route of [
      [gw],
      [app],
      [fe, gw],
      [fe, app],
      [fe, med, app],
      [fe, med, fe, app],
      [fe, med, gw, app],
      [fe, med, gw, gw],
      [fe, med, 'sip.litware.example', gw],
      [fe, med, med],
      [fe, 'sip.litware.example', med],
      [med, app],
      [med, fe, app],
    ]) {
      const past = { uri: 'sip:+15550100@contoso.example', route };
      expect([route, decide(client, { ...past, sealedFor: forClient })]).toMatchObject([route, refused]);
      expect([route, decide(fabrikam, { ...past, sealedFor: forPartner })]).toMatchObject([route, refused]);
    }
  });

  it('leads a user through a front end and a mediation server to a gateway, and to what is behind that', () => {
    const uri = 'sip:+15550100@contoso.example';
    const inside = { kind: 'inside', server: 'fe1.contoso.example' };
    const way = ['fe1.contoso.example', 'med1.contoso.example', 'gw1.contoso.example'];
    for (const route of [way.slice(0, 2), way, [...way, 'sip.litware.example']])
      expect(decide(client, { uri, route, sealedFor: forClient })).toMatchObject(inside);
  });

  it('leads a partner, whose number was called, to the mediation server first, and no client', () => {
    const route = ['med1.contoso.example', 'fe1.contoso.example'];
    const called = { uri: 'sip:alice@198.51.100.7', route };
    expect(decide(fabrikam, { ...called, sealedFor: forPartner })).toMatchObject({
      kind: 'inside',
      server: 'med1.contoso.example',
    });
    expect(decide(client, { ...called, sealedFor: forClient })).toMatchObject(refused);
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

  it('answers for names of ours that do not exist as for those that do', () => {
    const names = ['med1.contoso.example', 'med9.contoso.example', 'a.b.contoso.example'];
    for (const name of names) {
      for (const arrival of [client, fabrikam]) {
        const guess = requestOf(arrival, `sip:+15550100@${name}`, undefined, false);
        expect([name, decided(guess, arrival)]).toMatchObject([name, refused]);
      }
    }
  });

  it('leads on through a front end and an edge to somebody outside', () => {
    const route = ['fe1.contoso.example', 'edge1.contoso.example', 'sip.litware.example'];
    expect(decide(client, { ...through, route, sealedFor: forClient })).toMatchObject({ kind: 'inside' });
  });

  it('never carries a request of one partner on to another, through a front end either', () => {
    const transit = { uri: 'sip:alice@litware.example', route: 'fe1.contoso.example' };
    expect(decide(fabrikam, { ...transit, sealedFor: forPartner })).toMatchObject(refused);
  });

  it('lets a client send with the route of its own device', () => {
    expect(decide(client, { uri: 'sip:bob@contoso.example', sealedFor: forClient })).toEqual(homeOrPool);
  });
});

describe('what outsiders send outside of a dialog', () => {
  const uri = 'sip:bob@contoso.example';

  it('goes to a home, and along no Route that they have written', () => {
    for (const arrival of [client, fabrikam]) {
      expect(decided(requestOf(arrival, uri, undefined, false), arrival)).toMatchObject({ kind: 'inside' });
      for (const host of ['fe1.contoso.example', 'med1.contoso.example', 'litware.example'])
        expect(decided(requestOf(arrival, uri, `<sip:${host};lr>`, false), arrival)).toMatchObject(refused);
    }
  });

  it('names no dialog: with a tag in To and without our entry it is refused, and an ACK too', () => {
    const notInDialog = { kind: 'refuse', refusal: { reason: 'not-in-dialog', status: 403 } };
    for (const arrival of [client, fabrikam]) {
      expect(decided(requestOf(arrival, uri), arrival)).toMatchObject(notInDialog);
      const ack = requestBetween(addressOf(arrival), uri, {
        method: 'ACK',
        via: 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1',
      });
      expect(decided(ack, arrival)).toMatchObject(notInDialog);
    }
  });
});

describe('what leaves', () => {
  const server: Arrival = { kind: 'server' };
  const address = { host: 'edge1.contoso.example', port: 5061 };
  const beginning = requestOf(server, 'sip:bob@fabrikam.example', undefined, false);
  const entryTo = (called: DialogEnd) =>
    `${recordRouteEntry(address, { caller: unknownEnd, called }, beginning, { sealing, scheme: 'sip' })}`;
  const leaving = (route: string | undefined, uri = 'sip:bob@192.0.2.9', isInDialog = true) => {
    const request = requestOf(server, uri, route, isInDialog);
    const isOurHost = (host: string) => host === address.host;
    return decideEdgeRoute(request, preprocessRoutes(request, { isOurHost, sealing }), server, known);
  };

  it('is refused where its Route would carry the name of a server inside', () => {
    const own = entryTo(forPartner);
    const theirs = '<sip:sip.fabrikam.example;lr>';
    expect(leaving(`${own}, ${theirs}`)).toEqual({ kind: 'partner', domain: 'fabrikam.example' });
    expect(leaving(`${own}, ${theirs}, <sip:fe1.contoso.example;lr>`)).toMatchObject(refused);
  });

  it('is refused where its Request-URI names a server inside, as a user inside may write it in a dialog', () => {
    const theirs = '<sip:sip.fabrikam.example;lr>';
    for (const end of [forPartner, forClient])
      for (const route of [entryTo(end), `${entryTo(end)}, ${theirs}`])
        expect(leaving(route, 'sip:bob@fe1.contoso.example:5061')).toMatchObject(refused);
  });

  it('goes to the device that our token names, and never back to the end that sends it', () => {
    const device = { kind: 'device', user: forClient.user, device: 'd1', isExact: false };
    expect(leaving(entryTo(forClient))).toMatchObject(device);
    const ends = { caller: forClient, called: unknownEnd };
    const other = recordRouteEntry(address, ends, beginning, { sealing, scheme: 'sip' });
    expect(leaving(`${other}`)).toMatchObject(refused);
  });

  it('goes to nobody where our entry cannot be read, whatever domain the Request-URI names', () => {
    const lost = entryTo(forPartner).replace(/sip:(.)/, (_, first) => `sip:${first === 'A' ? 'B' : 'A'}`);
    for (const isInDialog of [true, false])
      expect(leaving(lost, 'sip:carl@litware.example', isInDialog)).toMatchObject({
        kind: 'refuse',
        refusal: { reason: 'flow-failed', status: 430 },
      });
    expect(leaving(undefined, 'sip:carl@litware.example')).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'not-in-dialog' },
    });
  });
});

describe('the address that was called', () => {
  it('stays with the partner’s user who was called by it, ours or another, and with nobody else', () => {
    const helpdesk = 'sip:helpdesk@contoso.example';
    const invite = requestBetween('sip:alice@contoso.example', helpdesk);
    const route = { end: forPartner, routes: ['<sip:fe1.contoso.example;lr>'] };
    const options = { sealing, scheme: 'sip' } as const;
    const entry = sealedEntry(route, address, { request: invite, side: 'called' }, options);
    const bye = (from: string) =>
      requestBetween(from, 'sip:alice@10.1.2.3', {
        method: 'BYE',
        from: `<${from}>;tag=2`,
        to: '<sip:alice@contoso.example>;tag=1',
        via: 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1',
        headers: { Route: `${entry}` },
      });
    const inside = { kind: 'inside', server: 'fe1.contoso.example' };
    expect(decided(bye(helpdesk), fabrikam)).toMatchObject(inside);
    expect(() => decided(bye('sip:ceo@contoso.example'), fabrikam)).toThrow('Route: expected');
  });
});

describe('where directors stand', () => {
  const among = ['dir2.contoso.example', 'dir1.contoso.example'];
  const asked: string[] = [];
  const behind = {
    ...known,
    directorsFor(address: string) {
      asked.push(address);
      return among;
    },
  };

  it.each([client, fabrikam])('nothing from outside reaches a front end past them: $kind', (arrival) => {
    const request = requestOf(arrival, 'sip:alice@contoso.example', undefined, false);
    const routes = preprocessRoutes(request, { isOurHost: () => false, sealing });
    asked.length = 0;
    const route = decideEdgeRoute(request, routes, arrival, behind);
    expect(route).toEqual({ kind: 'inside', server: among[0], among });
    expect(asked, 'the user whose home it is for').toEqual(['alice@contoso.example']);
  });

  it('a domain that is not ours is still refused here', () => {
    const request = requestBetween('sip:alice@litware.example', 'sip:alice@contoso.example');
    const routes = preprocessRoutes(request, { isOurHost: () => false, sealing });
    expect(decideEdgeRoute(request, routes, client, behind)).toMatchObject({ kind: 'refuse' });
  });
});
