import type { SipRequest, SipResponse } from '@entente/sip';
import { until } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AskOptions, ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { startTelephoneNetwork, type Telephone, type TelephoneNetwork } from './telephone-network.ts';

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

describe('a user', () => {
  it('reaches no gateway with a number that the user may not dial, nor at a server that users do not choose', async () => {
    const atGateway = 'sip:+4930555@gw1.contoso.example;user=phone';
    const dialled = [
      carol.agent.call(someone, sdp),
      ...[erin, alice].map(({ agent }) => agent.call(atGateway, sdp)),
    ];
    const statuses = (await Promise.all(dialled)).map(({ response }) => response.status);
    expect(statuses).toEqual([403, 403, 405]);
    for (const { received } of network.gateways) expect(received).toEqual([]);
  });
});
