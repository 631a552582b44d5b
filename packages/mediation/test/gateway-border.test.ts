import type { SipRequest, SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { reasonOf } from './mediation-network.ts';
import { aliceNumber, called, last, mediationScene } from './mediation-scene.ts';

const scene = mediationScene(alice, bob);
const { outward, inward } = scene;

/** Names of servers inside, or the address of a client. */
const inside = /(?:fe1|pool1|edge1)\.contoso|198\.51\.100/;
const seen = (message: SipRequest | SipResponse) => message.toString().match(inside)?.[0];
const recordRoute = '<sip:pool1.contoso.example;lr;member=fe1.contoso.example>';
const via = 'SIP/2.0/TLS 198.51.100.7;branch=z9hG4bKphone;received=198.51.100.7';
const device = '<sip:alice@198.51.100.7:50123;transport=tls>';
const uriOf = ({ contacts }: SipRequest | SipResponse) => contacts[0]?.uri.toString() ?? '';

describe('a gateway', () => {
  it('sees neither the way of a call inside nor the address of the device, and answers along both', async () => {
    const answer = await outward(
      'INVITE',
      called,
      of(alice, { contact: device, headers: { Via: via, 'Record-Route': recordRoute } }),
    );
    const begun = last(scene.gw1);
    expect([seen(begun), begun.vias.length, begun.values('Record-Route').length]).toEqual([undefined, 1, 1]);
    expect(answer.all('Via')).toContain(via);
    expect(answer.values('Record-Route').at(-1)).toBe(recordRoute);
    // In the dialog the gateway writes what it has been given.
    for (const method of ['UPDATE', 'BYE']) {
      expect((await inward(method, uriOf(begun), { inDialog: begun })).status).toBe(200);
      expect(last(scene.fe1)).toMatchObject({ method, uriText: device.slice(1, -1) });
      expect(last(scene.fe1).values('Route')).toEqual([recordRoute]);
    }
    // A front end has taken its own entry off.
    const [Route = ''] = answer.values('Record-Route');
    const options = of(alice, { inDialog: answer, contact: device, headers: { Via: via, Route } });
    expect((await outward('UPDATE', 'sip:contact@gw1.contoso.example', options)).status).toBe(200);
    expect([last(scene.gw1).method, seen(last(scene.gw1))]).toEqual(['UPDATE', undefined]);
  });

  it('sees neither in the answers to a call of its own, whose dialog goes on along them', async () => {
    const contact = { Contact: device };
    const ownEntry = () => last(scene.fe1).values('Record-Route')[0];
    scene.fe1.chooses = ({ method }) =>
      method === 'INVITE'
        ? {
            status: 200,
            recordRoute: false,
            headers: { ...contact, 'Record-Route': [recordRoute, ownEntry()].join(', ') },
          }
        : undefined;
    const answer = await inward('INVITE', aliceNumber);
    scene.fe1.chooses = undefined;
    expect([answer.status, seen(answer), answer.values('Record-Route').length]).toEqual([200, undefined, 1]);
    expect((await inward('BYE', uriOf(answer), { inDialog: answer })).status).toBe(200);
    expect(last(scene.fe1)).toMatchObject({ method: 'BYE', uriText: device.slice(1, -1) });
    expect(last(scene.fe1).values('Route')).toEqual([recordRoute]);
  });

  it('gets no call whose route inside is too long to be sealed: it is refused for its sender, and the gateway has not failed', async () => {
    const before = scene.network.lines.length;
    const long = Array.from({ length: 60 }, (_, at) => `<sip:${'a'.repeat(60)}${at}@fe1.contoso.example;lr>`);
    const answer = await outward(
      'INVITE',
      called,
      of(alice, { headers: { 'Record-Route': long.join(', ') } }),
    );
    expect([answer.status, scene.gw1.received, scene.gw2.received]).toEqual([513, [], []]);
    const lines = scene.network.lines.slice(before).filter(({ callId }) => callId === answer.callId);
    expect(lines).toMatchObject([
      { event: 'refused', reason: 'message-too-large', peer: 'fe1.contoso.example', status: 513 },
    ]);
  });

  it('opens no route that another gateway carries', async () => {
    await outward('INVITE', called, of(alice, { headers: { 'Record-Route': recordRoute } }));
    const begun = last(scene.gw1);
    const stolen = await scene.gw2.ask(scene.network.hop('gateways'), 'BYE', uriOf(begun), {
      inDialog: begun,
    });
    expect(stolen.status).toBe(403);
    expect(scene.fe1.received).toEqual([]);
  });

  it('is told nothing but what belongs to a call: neither other calls, nor identities, nor what servers have noted', async () => {
    const other = {
      'Referred-By': '<sip:bob@contoso.example>',
      'Reply-To': '<sip:bob@contoso.example>',
      Identity: 'x',
      'History-Info': '<sip:bob@contoso.example>;index=1',
      Diversion: '<tel:+49301002>',
      'In-Reply-To': 'call-of-bob',
      Authorization: 'Digest username="alice"',
      'Call-Info': '<https://pool1.contoso.example/x>;purpose=icon',
      'X-Anything': 'x',
    };
    const kept = { Privacy: 'none', Supported: 'timer', 'Session-Expires': '1800' };
    const answer = await outward('INVITE', called, of(alice, { headers: { ...other, ...kept } }));
    const passed = (request: SipRequest) =>
      Object.keys({ ...other, ...kept }).filter((name) => request.has(name));
    expect([answer.status, passed(last(scene.gw1))]).toEqual([200, Object.keys(kept)]);
    const options = of(alice, { inDialog: answer, headers: { ...other, 'Target-Dialog': 'x;a;b', ...kept } });
    expect((await outward('UPDATE', 'sip:contact@gw1.contoso.example', options)).status).toBe(200);
    expect([passed(last(scene.gw1)), last(scene.gw1).has('Target-Dialog')]).toEqual([
      Object.keys(kept),
      false,
    ]);
  });

  it.each(['Replaces', 'Join', 'Target-Dialog'])(
    'gets no INVITE that names a call of somebody by %s; in need it goes without',
    async (field) => {
      const headers = { [field]: 'call-of-bob;to-tag=a;from-tag=b' };
      const answer = await outward('INVITE', called, of(alice, { headers }));
      expect([answer.status, reasonOf(answer)]).toEqual([403, 'transfer-not-allowed']);
      expect(scene.gw1.received).toEqual([]);
      expect((await outward('INVITE', 'sip:112@contoso.example', of(alice, { headers }))).status).toBe(200);
      expect(last(scene.gw1).has(field)).toBe(false);
    },
  );

  it.each(['Referred-By', 'b'])(
    'says by no %s who has transferred a call: that may be a user, and nothing proves it',
    async (field) => {
      const headers = { [field]: `<sip:${bob.address}>` };
      expect((await inward('INVITE', aliceNumber, { headers })).status).toBe(200);
      expect([last(scene.fe1).method, last(scene.fe1).has('Referred-By')]).toEqual(['INVITE', false]);
    },
  );

  it.each(['49301001', '301001', '+49301001;ext=1', '1001'])(
    'speaks for no caller %s, whose number cannot be made global: it may look like that of a user',
    async (number) => {
      const before = scene.network.refused('identity-not-authorised');
      const from = `sip:${number}@gw1.contoso.example`;
      expect((await inward('INVITE', aliceNumber, { from })).status).toBe(403);
      const headers = { 'P-Asserted-Identity': `<${from}>` };
      expect((await inward('INVITE', aliceNumber, { headers })).status).toBe(403);
      expect(scene.network.refused('identity-not-authorised')).toBe(before + 2);
      expect(scene.fe1.received).toEqual([]);
    },
  );

  it.each(['+4940123', 'anonymous'])(
    'speaks for no caller %s at a domain of a partner, whose users send over an edge',
    async (user) => {
      const before = scene.network.refused('identity-not-authorised');
      const from = `sip:${user}@fabrikam.example;user=phone`;
      expect((await inward('INVITE', aliceNumber, { from })).status).toBe(403);
      const headers = { 'P-Asserted-Identity': `<${from}>` };
      expect((await inward('INVITE', aliceNumber, { headers })).status).toBe(403);
      expect(scene.network.refused('identity-not-authorised')).toBe(before + 2);
      expect(scene.fe1.received).toEqual([]);
    },
  );
});
