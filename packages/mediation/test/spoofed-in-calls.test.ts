import type { SipRequest, SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { aliceNumber, last, mediationScene, pstn } from './mediation-scene.ts';

const scene = mediationScene(alice, bob);
const { outward, inward } = scene;

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
    scene.fe1.chooses = (request) => ({
      status: 200,
      recordRoute: false,
      headers: {
        Contact: `<${contact}>`,
        'Record-Route': ['<sip:fe1.contoso.example;lr>', ...request.values('Record-Route')].join(', '),
      },
    });
    const answer = await inward('INVITE', aliceNumber);
    scene.fe1.chooses = undefined;
    expect(answer.status).toBe(200);
    const says = async (method: string, spoofed?: string) =>
      (await inward(method, answer.contacts[0]?.uri.toString() ?? '', { inDialog: answer, spoofed })).status;
    for (const method of ['INVITE', 'UPDATE', 'MESSAGE', 'INFO']) {
      expect(await says(method), method).toBe(200);
      scene.fe1.received.length = 0;
      for (const user of users) expect(await says(method, user), `${method} ${user}`).toBe(403);
      expect(scene.fe1.received).toEqual([]);
    }
    // Somebody may have got the number of the caller since.
    expect(await says('BYE', 'tel:+49301002')).toBe(200);
  });

  it.each(['sip:+4930555@contoso.example;user=phone', 'sip:112@contoso.example', 'tel:+4930555'])(
    'that was called speaks as the address that was called, be it at our domain, and as no other: %s',
    async (called) => {
      const headers = { 'Record-Route': '<sip:fe1.contoso.example;lr>' };
      await outward('INVITE', called, of(alice, { headers }));
      const begun = last(scene.gw1);
      for (const method of ['UPDATE', 'BYE']) {
        expect((await inward(method, contact, { inDialog: begun })).status).toBe(200);
        expect(last(scene.fe1).from.uri.toString()).toBe(called);
        scene.fe1.received.length = 0;
        for (const spoofed of [...users, pstn])
          expect((await inward(method, contact, { inDialog: begun, spoofed })).status).toBe(403);
        expect(scene.fe1.received).toEqual([]);
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
    expect([answer.status, kept(last(scene.fe1))]).toEqual([200, []]);
    const more = { ...said, 'P-Asserted-Identity': `<sip:${bob.address}>`, 'Entente-Diagnostics': '1000' };
    for (const status of [200, 486]) {
      scene.gw1.says({ status, headers: more });
      const answered = await outward('INVITE', 'tel:+4930555', of(alice));
      expect([answered.status, kept(answered, more)]).toEqual([status, []]);
    }
  });

  it('does not come in with the answer of a partner', async () => {
    const identities = {
      'P-Asserted-Identity': `<sip:${bob.address}>`,
      'Entente-Author': `<sip:${bob.address}>`,
    };
    scene.edge1.says({ status: 200, headers: identities });
    const answer = await outward('INVITE', 'tel:+4940123', of(alice));
    expect([answer.status, last(scene.edge1).method, kept(answer, identities)]).toEqual([200, 'INVITE', []]);
  });
});
