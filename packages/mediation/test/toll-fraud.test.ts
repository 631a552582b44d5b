import type { SipRequest, SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { reasonOf } from './mediation-network.ts';
import { aliceNumber, called, last, mediationScene } from './mediation-scene.ts';

const scene = mediationScene(alice, bob);
const { outward, inward } = scene;

const verdict = (response: SipResponse) => [response.status, reasonOf(response)];

describe('a call of a user who means no good', () => {
  it('tells a gateway nothing that a user says of who calls and who pays, at its beginning and later; nor is a user told', async () => {
    const charging = {
      'P-Charge-Info': '<tel:+49301002>',
      'P-Served-User': '<sip:+49301002@contoso.example;user=phone>',
      'P-Called-Party-ID': '<tel:+49301002>',
      'P-Charging-Vector': 'icid-value=1',
      'P-Charging-Function-Addresses': 'ccf=192.0.2.1',
      'P-DCS-Billing-Info': '1234567890123456789012345678',
      'P-Profile-Key': '<sip:bob@contoso.example>',
    };
    const caller = { 'P-Preferred-Identity': '<tel:+49301002>', 'Remote-Party-ID': '<tel:+49301002>' };
    const passed = (request: SipRequest) =>
      Object.keys({ ...charging, ...caller }).filter((name) => request.has(name));
    const headers = { ...charging, ...caller };
    const answer = await outward('INVITE', called, of(alice, { headers }));
    expect([answer.status, passed(last(scene.gw1))]).toEqual([200, []]);
    const contact = 'sip:contact@gw1.contoso.example';
    expect((await outward('UPDATE', contact, of(alice, { inDialog: answer, headers }))).status).toBe(200);
    expect([last(scene.gw1).method, passed(last(scene.gw1))]).toEqual(['UPDATE', []]);
    expect((await inward('INVITE', aliceNumber, { headers })).status).toBe(200);
    expect(passed(last(scene.fe1))).toEqual([]);
  });

  it('asks for the right to call of a user who transfers a gateway to what it may read a number out of', async () => {
    const answer = await inward('INVITE', 'sip:+49301002@med1.contoso.example;user=phone', {
      headers: { 'Record-Route': '<sip:gw1.contoso.example;lr>' },
    });
    expect(answer.status).toBe(200);
    const begun = last(scene.fe1);
    const transfer = (to: string) =>
      outward(
        'REFER',
        'sip:contact@gw1.contoso.example',
        of(bob, { inDialog: begun, headers: { 'Refer-To': `<${to}>` } }),
      );
    for (const user of ['+4930777;ext=5', '+4930777%20', '%2B4930777', '*31%234930777', '4930777~'])
      for (const host of ['gw1.contoso.example', 'fe1.contoso.example', 'contoso.example']) {
        const to = `sip:${user}@${host}`;
        expect([to, ...verdict(await transfer(to))]).toEqual([to, 403, 'dial-outside-not-allowed']);
      }
    expect(verdict(await transfer('sip:+4930777@fabrikam.example'))).toEqual([403, 'transfer-not-allowed']);
    expect(scene.gw1.received).toEqual([]);
    // Whom a gateway talks to already is not called: the name begins with a letter.
    expect(
      (await transfer('sip:contact@gw1.contoso.example?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc')).status,
    ).toBe(200);
  });

  it('has nobody transfer a gateway to another place than the host of the address, nor a gateway a user', async () => {
    const answer = await inward('INVITE', 'sip:+49301002@med1.contoso.example;user=phone', {
      headers: { 'Record-Route': '<sip:gw1.contoso.example;lr>' },
    });
    expect(answer.status).toBe(200);
    const begun = last(scene.fe1);
    for (const to of [
      `sip:${alice.address};maddr=198.51.100.7`,
      'sip:112@contoso.example;user=phone;MADDR=sip.fabrikam.example',
    ]) {
      const headers = { 'Refer-To': `<${to}>` };
      const ofUser = of(bob, { inDialog: begun, headers });
      const transfer = await outward('REFER', 'sip:contact@gw1.contoso.example', ofUser);
      expect([to, ...verdict(transfer)]).toEqual([to, 403, 'transfer-not-allowed']);
    }
    expect(scene.gw1.received).toEqual([]);
    const begunByUser = await outward(
      'INVITE',
      called,
      of(alice, { headers: { 'Record-Route': '<sip:fe1.contoso.example;lr>' } }),
    );
    expect(begunByUser.status).toBe(200);
    const before = scene.network.refused('transfer-not-allowed');
    const ofGateway = await inward('REFER', 'sip:contact@fe1.contoso.example', {
      inDialog: last(scene.gw1),
      headers: { 'Refer-To': `<sip:${bob.address};maddr=198.51.100.7>` },
    });
    expect([ofGateway.status, scene.network.refused('transfer-not-allowed')]).toEqual([403, before + 1]);
  });

  it('has nobody transfer a gateway to an emergency number with what a gateway may call in its place', async () => {
    const answer = await inward('INVITE', 'sip:+49301002@med1.contoso.example;user=phone', {
      headers: { 'Record-Route': '<sip:gw1.contoso.example;lr>' },
    });
    expect(answer.status).toBe(200);
    const begun = last(scene.fe1);
    const transfer = (to: string) =>
      outward(
        'REFER',
        'sip:contact@gw1.contoso.example',
        of(bob, { inDialog: begun, headers: { 'Refer-To': `<${to}>` } }),
      );
    for (const to of [
      'tel:112;phone-context=contoso.example;rn=+1900555',
      'tel:112;phone-context=+1900',
      'tel:112;phone-context=contoso.example;isub=1',
      'sip:112;npdi;rn=+1900555@contoso.example;user=phone',
      'sip:112;isub=1@gw1.contoso.example',
      'sip:112%3Brn=+1900555@gw1.contoso.example;user=phone',
    ])
      expect([to, ...verdict(await transfer(to))]).toEqual([to, 403, 'dial-outside-not-allowed']);
    expect(scene.gw1.received).toEqual([]);
    expect((await transfer('sip:1-1-2@contoso.example;user=phone')).status).toBe(200);
    expect((await transfer('sip:112@gw1.contoso.example;user=phone')).status).toBe(200);
  });

  it('reaches an emergency number alone where the number has parameters', async () => {
    const dialled = (number: string) =>
      outward('INVITE', `sip:${number}@contoso.example;user=phone`, of(bob));
    for (const number of ['112;isub=1', '112;rn=+1900555', '112;phone-context=+1900']) {
      expect((await dialled(number)).status).toBe(200);
      expect(last(scene.gw1).uriText).toBe('sip:112@gw1.contoso.example;user=phone');
    }
    scene.gw1.received.length = 0;
    for (const number of ['+1900555;isub=112', '+1900555;phone-context=112', '0900555;112'])
      expect([number, (await dialled(number)).status >= 400]).toEqual([number, true]);
    expect(scene.gw1.received).toEqual([]);
  });
});
