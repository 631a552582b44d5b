import type { SipRequest, SipResponse } from '@entente/sip';
import { until } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Peer } from '../../../packages/front-end/test/wire-network.ts';
import type { AskOptions, ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import {
  chat,
  type Place,
  startTelephoneNetwork,
  type Telephone,
  type TelephoneNetwork,
} from './telephone-network.ts';

const { clientToEdge, directorToFrontEnd, edgeToDirector, frontEndToMediation } = links;
const outside = 'sip:+44201234@gw1.contoso.example;user=phone';
const someone = 'tel:+4930555';
const sdp = { contentType: 'application/sdp', body: 'v=0\r\ns=gateway\r\n' };
const digit = { contentType: 'application/dtmf-relay', body: 'Signal=5\r\nDuration=160\r\n' };

let network: TelephoneNetwork;
let gw1: ServerPeer;
let erin: Telephone;
let alice: Telephone;
let carol: Telephone;

beforeAll(async () => {
  network = await startTelephoneNetwork();
  [gw1] = network.gateways;
  for (const gateway of network.gateways)
    gateway.chooses = (request) =>
      request.method === 'INVITE'
        ? { status: 200, headers: { Contact: contact }, body: sdp }
        : { status: request.method === 'REFER' ? 202 : 200 };
  erin = await network.telephone('erin', 'outside');
  alice = await network.telephone('alice', 'inside');
  carol = await network.telephone('carol', 'outside');
  // Servers that have just started may not have found each other yet: a call may fail, or go to the second gateway.
  await until(async () => {
    const outcome = await erin.agent.call(someone, sdp);
    return outcome.ok && (await outcome.call.hangUp()).status === 200 && gw1.acknowledged.length > 0;
  });
  await until(async () => (await fromGateway('OPTIONS', 'sip:med1.contoso.example')).status === 200);
  for (const gateway of network.gateways) gateway.acknowledged.length = 0;
}, 240_000);
afterAll(() => network?.[Symbol.asyncDispose]());
beforeEach(() => {
  for (const gateway of network.gateways) gateway.received.length = 0;
});

const contact = '<sip:contact@gw1.contoso.example>';
const last = (peer: ServerPeer) => peer.received.at(-1) as SipRequest;
/** What the gateway sends to the mediation server. */
const fromGateway = (method: string, uri: string, options: AskOptions = {}) =>
  gw1.ask(network.towardsMediation(), method, uri, { from: outside, ...options });
/** What it sends in a call that it got or has made. */
const inCall = (method: string, dialog: SipRequest | SipResponse, options: AskOptions = {}) =>
  fromGateway(method, dialog.contacts[0]?.uri.toString() ?? '', { ...options, inDialog: dialog });

describe('a user outside calls the telephone network', () => {
  it('over edge, director, front end and mediation server, and is known there by the number of the account', async () => {
    const call = await erin.call(someone);
    const invite = last(gw1);
    expect(invite.uriText).toBe('sip:+4930555@gw1.contoso.example;user=phone');
    expect(invite.all('P-Asserted-Identity')).toEqual([
      '<sip:+49301005@contoso.example;user=phone>',
      '<tel:+49301005>',
    ]);
    // Those of edge, director, front end and mediation server, sealed in one.
    expect([invite.vias.length, invite.values('Record-Route').length]).toEqual([1, 1]);
    expect(invite.toString()).not.toMatch(/(edge|dir|fe|pool)\d\.contoso/);
    const rows = new Set(network.records.map(({ event, link }) => (event === 'link' ? link : undefined)));
    for (const { row } of [clientToEdge, edgeToDirector, directorToFrontEnd, frontEndToMediation])
      expect(rows).toContain(row);
    expect((await gw1.ack()).callId).toBe(invite.callId);
    expect((await call.hangUp()).status).toBe(200);
    expect(last(gw1).method).toBe('BYE');
  });

  it('holds the call, sends digits, and ends it; so does the other side', async () => {
    const call = await erin.call(someone);
    const invite = last(gw1);
    await gw1.ack();
    expect((await call.hold()).status).toBe(200);
    expect(last(gw1).bodyText).toContain('a=inactive');
    await gw1.ack();
    expect((await call.resume()).status).toBe(200);
    await gw1.ack();
    expect((await call.info(digit)).status).toBe(200);
    expect(last(gw1).bodyText).toBe(digit.body);

    call.onRequest = ({ method }) => (method === 'INVITE' ? { status: 200, ...call.localBody } : undefined);
    const held = await inCall('INVITE', invite, { body: sdp });
    expect(held.status).toBe(200);
    await gw1.acknowledge(network.towardsMediation(), held, invite);
    expect(call.remoteBody).toBe(sdp.body);
    expect((await inCall('INFO', invite, { body: digit })).status).toBe(200);
    expect((await inCall('BYE', invite)).status).toBe(200);
    expect(await call.ended).toBe('remote');
  });

  it('transfers it to a user, whom the gateway then calls', async () => {
    const call = await erin.call(someone);
    const invite = last(gw1);
    const heard: number[] = [];
    expect((await call.refer('tel:+49301001', { onProgress: (status) => heard.push(status) })).status).toBe(
      202,
    );
    expect(last(gw1).get('Refer-To')).toBe('<tel:+49301001>');
    const before = alice.calls.length;
    const answer = await fromGateway('INVITE', 'tel:+49301001', { body: sdp });
    expect(answer.status).toBe(200);
    await gw1.acknowledge(network.towardsMediation(), answer);
    const notified = await inCall('NOTIFY', invite, {
      headers: { Event: 'refer', 'Subscription-State': 'terminated;reason=noresource' },
      body: { contentType: 'message/sipfrag;version=2.0', body: 'SIP/2.0 200 OK\r\n' },
    });
    expect(notified.status).toBe(200);
    expect(heard).toEqual([200]);
    expect((await call.hangUp()).status).toBe(200);
    await expect.poll(() => alice.calls.length).toBe(before + 1);
    expect((await alice.calls.at(-1)!.hangUp()).status).toBe(200);
    expect(last(gw1).method).toBe('BYE');
  });
});

describe('somebody in the telephone network calls a user', () => {
  it.each(['alice', 'erin'])('%s, who answers, and either side ends the call', async (name) => {
    const called = name === 'alice' ? alice : erin;
    for (const ends of ['user', 'gateway']) {
      const before = called.calls.length;
      const answer = await fromGateway(
        'INVITE',
        name === 'alice' ? 'tel:+49301001' : 'tel:030-1005;phone-context=contoso.example',
        {
          body: sdp,
          headers: { 'P-Asserted-Identity': '<tel:+44201234>' },
        },
      );
      expect(answer.status).toBe(200);
      expect(answer.has('P-Asserted-Identity')).toBe(false);
      await gw1.acknowledge(network.towardsMediation(), answer);
      await expect.poll(() => called.calls.length).toBe(before + 1);
      const heard = called.calls.at(-1)!;
      expect((await heard.hold()).status).toBe(200);
      expect((await heard.info(digit)).status).toBe(200);
      expect((await inCall('INFO', answer, { body: digit })).status).toBe(200);
      if (ends === 'user') expect((await heard.hangUp()).status).toBe(200);
      else {
        expect((await inCall('BYE', answer)).status).toBe(200);
        expect(await heard.ended).toBe('remote');
      }
    }
  });
});

describe('what is refused, with the reason', () => {
  /** A request that a user's client would not send; it goes to the edge. */
  const forged = (
    method: string,
    uri: string,
    options: Partial<Parameters<Peer['ask']>[2]> = {},
    at: Place = 'outside',
  ) =>
    attackers[at].ask(method, uri, {
      as: 'erin',
      password: network.pool.password,
      contact: '<sip:erin@client.invalid>',
      offer: sdp.body,
      ...options,
    });
  const attackers = {} as Record<Place, Peer>;
  beforeAll(() => {
    for (const place of ['inside', 'outside'] as const) attackers[place] = network.attacker(place);
  });
  afterEach(() => {
    for (const { received } of network.gateways)
      expect(received.map(({ method }) => method)).not.toContain('INVITE');
  });
  const call = (who: Telephone, number: string) => async () => (await who.agent.call(number, sdp)).response;

  it.each([
    someone,
    'sip:+4930555@contoso.example;user=phone',
    'sip:030555@contoso.example;user=phone',
    'tel:030-555;phone-context=contoso.example',
  ])('a number that the user may not dial: %s', async (number) => {
    expect(await network.refusal(call(carol, number))).toEqual([
      403,
      'dial-outside-not-allowed',
      expect.stringMatching('fe'),
    ]);
  });

  it.each([
    'sip:+4930555@gw1.contoso.example;user=phone',
    'sip:+4930555@gw1.contoso.example',
    'sip:+4930555@med1.contoso.example;user=phone',
    'sip:+4930555@mediation.contoso.example',
  ])('a number at a server that users do not choose: %s', async (number) => {
    expect(await network.refusal(call(erin, number))).toEqual([403, 'relay-not-allowed', 'edge1']);
    expect(await network.refusal(call(alice, number))).toEqual([405, 'method-not-allowed', 'fe1']);
  });

  it.each<readonly [Place, string]>([
    ['outside', 'edge1'],
    ['inside', 'fe1'],
  ])('a Route that a user has preloaded %s', async (at, by) => {
    for (const route of ['gw1', 'med1', 'mediation', 'dir1', 'fe1.contoso.example;lr>, <sip:med1']) {
      const headers = { Route: `<sip:${route}.contoso.example;lr>` };
      const found = await network.refusal(() => forged('INVITE', someone, { headers }, at));
      expect([route, ...found]).toEqual([route, 403, 'relay-not-allowed', by]);
    }
  });

  it('a Route that a gateway has preloaded', async () => {
    for (const route of ['fe1', 'edge1', 'dir1', 'gw2']) {
      const headers = { Route: `<sip:${route}.contoso.example;lr>` };
      const found = await network.refusal(() => fromGateway('INVITE', 'tel:+49301005', { headers }));
      expect([route, ...found]).toEqual([route, 403, 'relay-not-allowed', 'med1']);
    }
  });

  it.each<readonly [Place, string]>([
    ['outside', 'dir1'],
    ['inside', 'fe1'],
  ])('a user who calls as another one %s', async (at, by) => {
    const as = { from: 'sip:alice@contoso.example' };
    expect(await network.refusal(() => forged('INVITE', someone, as, at))).toEqual([
      403,
      'identity-not-authorised',
      by,
    ]);
  });

  it('a caller of the telephone network who claims to be a user', async () => {
    for (const options of [
      { from: 'sip:alice@contoso.example' },
      { from: 'sip:+49301001@gw1.contoso.example;user=phone' },
      { headers: { 'P-Asserted-Identity': '<tel:+49301001>' } },
      { headers: { 'P-Asserted-Identity': '<sip:alice@contoso.example>' } },
    ])
      expect(await network.refusal(() => fromGateway('INVITE', 'tel:+49301005', options))).toEqual([
        403,
        'identity-not-authorised',
        'med1',
      ]);
  });

  it('an application that asserts a user, or calls a number', async () => {
    const { application, towardsFrontEnd } = network;
    const own = `sip:room@${chat}`;
    const ask = (from: string, asserted: string) => () =>
      application.ask(towardsFrontEnd, 'INVITE', someone, {
        from,
        headers: { 'P-Asserted-Identity': `<${asserted}>` },
        body: sdp,
      });
    for (const asserted of ['sip:alice@contoso.example', 'tel:+49301001'])
      for (const from of [own, 'sip:alice@contoso.example'])
        expect([asserted, from, ...(await network.refusal(ask(from, asserted)))]).toEqual([
          asserted,
          from,
          403,
          'not-own-address',
          'fe1',
        ]);
    expect(await network.refusal(ask(own, own))).toEqual([403, 'dial-outside-not-allowed', 'fe1']);
  });
});

describe('a transfer that is refused, with the reason', () => {
  /** A call of the telephone network that a user outside has answered. */
  const called = async (who: Telephone, number: string) => {
    const before = who.calls.length;
    const answer = await fromGateway('INVITE', number, { body: sdp });
    expect(answer.status).toBe(200);
    await gw1.acknowledge(network.towardsMediation(), answer);
    await expect.poll(() => who.calls.length).toBe(before + 1);
    return { answer, call: who.calls.at(-1)! };
  };
  afterEach(() => {
    for (const { received } of network.gateways)
      expect(received.map(({ method }) => method)).not.toContain('REFER');
  });

  it('to a number that the user may not call, however it is written', async () => {
    const { call } = await called(carol, 'tel:+49301003');
    for (const to of [
      'tel:+4930777',
      'sip:+4930777@contoso.example;user=phone',
      'sip:+4930777@gw1.contoso.example',
      'sip:030777@contoso.example;user=phone',
    ])
      expect([to, ...(await network.refusal(() => call.refer(to)))]).toEqual([
        to,
        403,
        'dial-outside-not-allowed',
        'med1',
      ]);
    expect((await call.hangUp()).status).toBe(200);
  });

  it('to what a gateway may read a number out of, by a user who may not call one', async () => {
    const { call } = await called(carol, 'tel:+49301003');
    for (const to of [
      'sip:+4930777;ext=5@gw1.contoso.example',
      'sip:+4930777%20@gw1.contoso.example',
      'sip:%EF%BC%8B4930777@gw1.contoso.example',
      'sip:+4930777;isub=1@med1.contoso.example',
      'sip:+4930777~@fe1.contoso.example',
      'sip:+4930777@contoso.example',
      'sip:+4930777;ext=1@contoso.example',
    ])
      expect([to, ...(await network.refusal(() => call.refer(to)))]).toEqual([
        to,
        403,
        'dial-outside-not-allowed',
        'med1',
      ]);
    expect((await call.hangUp()).status).toBe(200);
  });

  it('with what is not a call to a number or a user', async () => {
    const { answer, call } = await called(erin, 'tel:+49301005');
    const tricks = [
      'sip:+4930777@contoso.example;user=phone?Route=%3Csip:gw2.contoso.example%3Blr%3E',
      'sip:alice@contoso.example?Route=%3Csip:evil.fabrikam.example%3Blr%3E',
      'sip:alice@contoso.example?From=%3Csip:bob%40contoso.example%3E',
      'sip:alice@contoso.example;method=REGISTER',
      'sip:mallory@fabrikam.example',
      'sip:+4930777@fabrikam.example',
    ];
    for (const to of tricks)
      expect([to, ...(await network.refusal(() => call.refer(to)))]).toEqual([
        to,
        403,
        'transfer-not-allowed',
        'med1',
      ]);
    // Nor does the other side transfer the user there.
    for (const to of tricks) {
      const headers = { 'Refer-To': `<${to}>` };
      const found = await network.refusal(() => inCall('REFER', answer, { headers }));
      expect([to, ...found]).toEqual([to, 403, 'transfer-not-allowed', 'med1']);
    }
    expect((await call.hangUp()).status).toBe(200);
  });

  it('outside of a call', async () => {
    const headers = { 'Refer-To': '<tel:+4930777>' };
    const asked = () => erin.agent.request('REFER', someone, { headers });
    expect(await network.refusal(asked)).toEqual([403, 'not-in-dialog', 'med1']);
    expect(await network.refusal(() => fromGateway('REFER', 'tel:+49301005', { headers }))).toEqual([
      403,
      'not-in-dialog',
      'med1',
    ]);
  });

  it('of a call that others have', async () => {
    const { answer, call } = await called(erin, 'tel:+49301005');
    const [, gw2] = network.gateways;
    const uri = answer.contacts[0]?.uri.toString() ?? '';
    const headers = { 'Refer-To': '<sip:alice@contoso.example>' };
    for (const method of ['REFER', 'BYE'])
      expect([
        method,
        ...(await network.refusal(() =>
          gw2.ask(network.towardsMediation(), method, uri, { inDialog: answer, headers }),
        )),
      ]).toEqual([method, 403, 'relay-not-allowed', 'med1']);
    const Replaces = `${answer.callId};to-tag=${answer.to.tag};from-tag=${answer.from.tag}`;
    const taking = () => fromGateway('INVITE', 'tel:+49301005', { body: sdp, headers: { Replaces } });
    expect(await network.refusal(taking)).toEqual([403, 'transfer-not-allowed', 'med1']);
    // Another user has the route set, and sends along it with credentials of its own.
    const thief = network.attacker('outside');
    const routed = call.dialog.routeSet.map(String).join(', ');
    const stolen = () =>
      thief.ask('BYE', call.dialog.remoteTarget.toString(), {
        as: 'carol',
        password: network.pool.password,
        headers: { Route: routed },
      });
    expect(await network.refusal(stolen)).toEqual([403, 'relay-not-allowed', 'edge1']);
    expect((await call.hangUp()).status).toBe(200);
  });
});
