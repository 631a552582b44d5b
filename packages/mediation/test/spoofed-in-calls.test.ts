import type { SipRequest, SipResponse } from '@entente/sip';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { everyPeer, startMediation } from './mediation-network.ts';
import type { AskOptions, ServerPeer } from './server-peer.ts';

let network: Awaited<ReturnType<typeof startMediation>>;
let fe1: ServerPeer;
let gw1: ServerPeer;
let edge1: ServerPeer;

beforeAll(async () => {
  network = await startMediation({ there: everyPeer });
  network.knows(alice, bob);
  fe1 = network.peer('fe1');
  gw1 = network.peer('gw1');
  edge1 = network.peer('edge1');
});
afterAll(() => network?.[Symbol.asyncDispose]());
afterEach(() => {
  for (const peer of [fe1, gw1, edge1]) {
    peer.says({ status: 200 });
    peer.received.length = 0;
  }
});

const pstn = 'sip:+44201234@gw1.contoso.example;user=phone';
const aliceNumber = 'sip:+49301001@med1.contoso.example;user=phone';
const outward = (method: string, uri: string, options?: AskOptions) =>
  fe1.ask(network.hop('inside'), method, uri, options);
const inward = (method: string, uri: string, options: AskOptions = {}) =>
  gw1.ask(network.hop('gateways'), method, uri, { from: pstn, ...options });
const last = (peer: ServerPeer) => peer.received.at(-1) as SipRequest;
const users = [
  `sip:${bob.address}`,
  'tel:+49301002',
  'sip:+49301002@gw1.contoso.example',
  'sip:ceo@bank.example',
];

describe('a gateway in a call', () => {
  const contact = 'sip:contact@fe1.contoso.example';

  it('that it has begun speaks as a number outside, and as no user of ours', async () => {
    // A front end records a route as well.
    fe1.chooses = (request) => ({
      status: 200,
      recordRoute: false,
      headers: {
        Contact: `<${contact}>`,
        'Record-Route': ['<sip:fe1.contoso.example;lr>', ...request.values('Record-Route')].join(', '),
      },
    });
    const answer = await inward('INVITE', aliceNumber);
    fe1.chooses = undefined;
    expect(answer.status).toBe(200);
    const says = async (method: string, spoofed?: string) =>
      (await inward(method, answer.contacts[0]?.uri.toString() ?? '', { inDialog: answer, spoofed })).status;
    for (const method of ['INVITE', 'UPDATE', 'MESSAGE', 'INFO']) {
      expect(await says(method), method).toBe(200);
      fe1.received.length = 0;
      for (const user of users) expect(await says(method, user), `${method} ${user}`).toBe(403);
      expect(fe1.received).toEqual([]);
    }
    // Somebody may have got the number of the caller since.
    expect(await says('BYE', 'tel:+49301002')).toBe(200);
  });

  it.each(['sip:+4930555@contoso.example;user=phone', 'sip:112@contoso.example', 'tel:+4930555'])(
    'that was called speaks as the address that was called, be it at our domain, and as no other: %s',
    async (called) => {
      const headers = { 'Record-Route': '<sip:fe1.contoso.example;lr>' };
      await outward('INVITE', called, of(alice, { headers }));
      const begun = last(gw1);
      for (const method of ['UPDATE', 'BYE']) {
        expect((await inward(method, contact, { inDialog: begun })).status).toBe(200);
        expect(last(fe1).from.uri.toString()).toBe(called);
        fe1.received.length = 0;
        for (const spoofed of [...users, pstn])
          expect((await inward(method, contact, { inDialog: begun, spoofed })).status).toBe(403);
        expect(fe1.received).toEqual([]);
      }
    },
  );
});

describe('what only servers of ours say', () => {
  const said = {
    'Entente-Author': `<sip:${bob.address}>`,
    'Entente-Asked-By': 'fe1.contoso.example',
    'Entente-Account-Version': '1',
    'Remote-Party-ID': `<sip:${bob.address}>`,
    'P-Associated-URI': `<sip:${bob.address}>`,
    'P-Called-Party-ID': `<sip:${bob.address}>`,
    'Referred-By': `<sip:${bob.address}>`,
  };
  const kept = (message: SipRequest | SipResponse, names: object = said) =>
    Object.keys(names).filter((name) => message.has(name));

  it('does not come in from a gateway, in a request or an answer', async () => {
    const answer = await inward('INVITE', aliceNumber, { headers: said });
    expect([answer.status, kept(last(fe1))]).toEqual([200, []]);
    const more = { ...said, 'P-Asserted-Identity': `<sip:${bob.address}>`, 'Entente-Diagnostics': '1000' };
    for (const status of [200, 486]) {
      gw1.says({ status, headers: more });
      const answered = await outward('INVITE', 'tel:+4930555', of(alice));
      expect([answered.status, kept(answered, more)]).toEqual([status, []]);
    }
  });

  it('does not come in with the answer of a partner', async () => {
    const identities = {
      'P-Asserted-Identity': `<sip:${bob.address}>`,
      'Entente-Author': `<sip:${bob.address}>`,
    };
    edge1.says({ status: 200, headers: identities });
    const answer = await outward('INVITE', 'tel:+4940123', of(alice));
    expect([answer.status, last(edge1).method, kept(answer, identities)]).toEqual([200, 'INVITE', []]);
  });
});
