import type { SipResponse } from '@entente/sip';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { alice, bob, carol, dave, of } from './callers.ts';
import { account, everyPeer, reasonOf, startMediation } from './mediation-network.ts';
import { aliceNumber, called, last, mediationScene } from './mediation-scene.ts';
import type { AskOptions } from './server-peer.ts';

const scene = mediationScene(alice, bob, carol, dave);
const { outward, inward } = scene;

const verdict = (response: SipResponse) => [response.status, reasonOf(response)];

describe('a call of a user', () => {
  it('goes to the gateway of the longest prefix, then to the cheapest, as a global number with the number of the caller', async () => {
    expect((await outward('INVITE', 'tel:030-555;phone-context=contoso.example', of(alice))).status).toBe(
      200,
    );
    const invite = last(scene.gw1);
    expect(invite.uriText).toBe('sip:+4930555@gw1.contoso.example;user=phone');
    expect(invite.all('P-Asserted-Identity')).toEqual([
      '<sip:+49301001@contoso.example;user=phone>',
      '<tel:+49301001>',
    ]);
    expect(scene.gw2.received).toEqual([]);
    expect((await outward('INVITE', 'sip:0033123@contoso.example;user=phone', of(alice))).status).toBe(200);
    expect(last(scene.gw2).uriText).toBe('sip:+33123@gw2.contoso.example;user=phone');
  });

  it('says who calls to no gateway that is not trusted with it, where the caller has asked for privacy', async () => {
    const inPrivate = of(alice, { from: 'sip:anonymous@anonymous.invalid', headers: { Privacy: 'id' } });
    await outward('INVITE', called, inPrivate);
    expect(last(scene.gw1).has('P-Asserted-Identity')).toBe(false);
    await outward('INVITE', 'tel:+33123', inPrivate);
    expect(last(scene.gw2).all('P-Asserted-Identity')).toHaveLength(2);
    await outward('INVITE', 'sip:112@contoso.example', inPrivate);
    expect(last(scene.gw1).all('P-Asserted-Identity')).toHaveLength(2);
    await outward('INVITE', called, of(dave));
    expect(last(scene.gw1).has('P-Asserted-Identity')).toBe(false);
  });

  it('is held, gets digits, is transferred and ends from either side, along the route that we have sealed', async () => {
    const answer = await outward('INVITE', called, of(alice));
    const invite = last(scene.gw1);
    expect(answer.values('Record-Route')).toHaveLength(1);
    await scene.fe1.acknowledge(scene.network.hop('inside'), answer);
    expect((await scene.gw1.ack()).callId).toBe(invite.callId);
    const contact = 'sip:contact@gw1.contoso.example';
    for (const method of ['INVITE', 'INFO', 'UPDATE']) {
      expect((await outward(method, contact, of(alice, { inDialog: answer }))).status).toBe(200);
      expect(last(scene.gw1).method).toBe(method);
      expect(last(scene.gw1).has('P-Asserted-Identity')).toBe(false);
    }
    // A front end records a route as well, so that a gateway reaches it.
    const routed = await outward(
      'INVITE',
      called,
      of(alice, { headers: { 'Record-Route': '<sip:fe1.contoso.example;lr>' } }),
    );
    const begun = last(scene.gw1);
    for (const [method, headers] of [
      ['INVITE', {}],
      ['INFO', {}],
      ['REFER', { 'Refer-To': `<sip:${bob.address}>`, 'Referred-By': `<sip:${bob.address}>` }],
      ['BYE', {}],
    ] as const) {
      const response = await inward(method, 'sip:contact@fe1.contoso.example', { inDialog: begun, headers });
      expect([method, response.status]).toEqual([method, 200]);
      expect(last(scene.fe1).method).toBe(method);
      expect(last(scene.fe1).has('Referred-By')).toBe(false);
    }
    expect(routed.status).toBe(200);
    const refer = { inDialog: answer, headers: { 'Refer-To': '<tel:+4930777>' } };
    expect((await outward('REFER', contact, of(alice, refer))).status).toBe(200);
    expect((await outward('BYE', contact, of(alice, { inDialog: answer }))).status).toBe(200);
    expect(last(scene.gw1).method).toBe('BYE');
  });

  it.each([408, 503])('goes to the next gateway where the first one answers %s', async (status) => {
    scene.gw1.says({ status });
    expect((await outward('INVITE', called, of(alice))).status).toBe(200);
    expect(last(scene.gw2).uriText).toBe('sip:+4930555@gw2.contoso.example;user=phone');
  });

  it('goes to the next gateway where the first one is not there', async () => {
    const { fe1, gw2 } = everyPeer;
    await using without = await startMediation({ there: { fe1, gw2 } });
    without.knows(alice);
    const answer = await without.peer('fe1').ask(without.hop('inside'), 'INVITE', called, of(alice));
    expect(answer.status).toBe(200);
    expect(last(without.peer('gw2')).uriText).toBe('sip:+4930555@gw2.contoso.example;user=phone');
  });

  it('goes to no other gateway once somebody has answered or it has rung, and the caller hears what the gateway says', async () => {
    scene.gw1.says({ status: 486, headers: { Reason: 'Q.850;cause=17;text="User busy"' } });
    const busy = await outward('INVITE', called, of(alice));
    expect([busy.status, busy.get('Reason')]).toEqual([486, 'Q.850;cause=17;text="User busy"']);
    scene.gw1.says({ status: 180 }, { status: 408 });
    expect((await outward('INVITE', called, of(alice))).status).toBe(408);
    expect(scene.gw2.received).toEqual([]);
  });

  it('goes straight to the edge where the number belongs to a partner', async () => {
    const answer = await outward('INVITE', 'tel:+4940123', of(alice));
    expect(answer.status).toBe(200);
    expect(last(scene.edge1).uriText).toBe('sip:+4940123@fabrikam.example;user=phone');
    expect(last(scene.edge1).all('P-Asserted-Identity')).toEqual([`<sip:${alice.address}>`]);
    expect(scene.gw1.received).toEqual([]);
    expect((await outward('BYE', 'sip:x@fabrikam.example', of(alice, { inDialog: answer }))).status).toBe(
      403,
    );
  });

  it.each<readonly [string, number, string, string, AskOptions]>([
    ['a number that may not be called', 403, 'dial-outside-not-allowed', called, of(bob)],
    ['a user whose account is disabled', 403, 'account-disabled', called, of(carol)],
    ['a user who is not known', 403, 'identity-not-authorised', called, of(account('eve'))],
    ['nobody that the front end vouches for', 403, 'identity-not-authorised', called, { from: called }],
    ['what is no number', 404, 'number-invalid', 'sip:bob@contoso.example;user=phone', of(alice)],
    [
      'a number that no rule makes global',
      484,
      'number-invalid',
      'sip:12@contoso.example;user=phone',
      of(alice),
    ],
    [
      'a Route of the sender',
      403,
      'relay-not-allowed',
      called,
      of(alice, { headers: { Route: '<sip:gw2.contoso.example;lr>' } }),
    ],
    [
      'a token that nobody has sealed',
      403,
      'relay-not-allowed',
      called,
      of(alice, { headers: { Route: '<sip:forged@med1.contoso.example;lr>' } }),
    ],
  ])('is refused for %s', async (_, status, reason, uri, options) => {
    expect(verdict(await outward('INVITE', uri, options))).toEqual([status, reason]);
    expect([...scene.gw1.received, ...scene.gw2.received]).toEqual([]);
  });

  it('needs neither a right nor accounts in an emergency', async () => {
    scene.network.accounts.isStale = true;
    try {
      expect(verdict(await outward('INVITE', called, of(alice)))).toEqual([503, 'accounts-stale']);
      for (const user of [bob, carol, account('eve')])
        expect((await outward('INVITE', 'sip:112@contoso.example;user=phone', of(user))).status).toBe(200);
    } finally {
      scene.network.accounts.isStale = false;
    }
    expect(last(scene.gw1).uriText).toBe('sip:112@gw1.contoso.example;user=phone');
  });

  it('lets a user transfer a gateway to no number that the user may not call, and nowhere outside', async () => {
    const answer = await inward('INVITE', 'sip:+49301002@med1.contoso.example;user=phone', {
      headers: { 'Record-Route': '<sip:gw1.contoso.example;lr>' },
    });
    expect(answer.status).toBe(200);
    const begun = last(scene.fe1);
    const transfer = (to: string) =>
      outward(
        'REFER',
        'sip:contact@gw1.contoso.example',
        of(bob, { inDialog: begun, headers: { 'Refer-To': to } }),
      );
    expect(verdict(await transfer('<tel:+4930777>'))).toEqual([403, 'dial-outside-not-allowed']);
    expect(verdict(await transfer('<sip:+4930777@gw1.contoso.example>'))).toEqual([
      403,
      'dial-outside-not-allowed',
    ]);
    for (const to of [
      '<sip:mallory@fabrikam.example>',
      `<sip:${alice.address};method=REGISTER>`,
      `<sip:${alice.address}?Route=%3Csip:fabrikam.example%3E>`,
      'nothing that can be read <',
    ])
      expect([to, ...verdict(await transfer(to))]).toEqual([to, 403, 'transfer-not-allowed']);
    expect(scene.gw1.received).toEqual([]);
    expect((await transfer(`<sip:${alice.address}?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>`)).status).toBe(
      200,
    );
  });

  it('is carried on with methods of calls alone, by the user at its end alone', async () => {
    const answer = await outward('INVITE', called, of(alice));
    const contact = 'sip:contact@gw1.contoso.example';
    const before = scene.gw1.received.length;
    expect(verdict(await outward('SUBSCRIBE', contact, of(alice, { inDialog: answer })))).toEqual([
      405,
      'method-not-allowed',
    ]);
    expect(verdict(await outward('BYE', contact, of(bob, { inDialog: answer })))).toEqual([
      403,
      'identity-not-authorised',
    ]);
    expect(verdict(await outward('MESSAGE', called, of(alice)))).toEqual([405, 'method-not-allowed']);
    expect(scene.gw1.received).toHaveLength(before);
  });
});

describe('a call from the telephone network', () => {
  it('reaches the user who has the number, as the gateway says who calls', async () => {
    const answer = await inward('INVITE', aliceNumber, {
      headers: {
        'P-Asserted-Identity': '<tel:+44201234>',
        'Entente-Diagnostics': '1000;reason="x";source="y"',
      },
    });
    expect(answer.status).toBe(200);
    const invite = last(scene.fe1);
    expect(invite.uriText).toBe(`sip:${alice.address}`);
    expect(invite.all('P-Asserted-Identity')).toEqual(['<tel:+44201234>']);
    expect(invite.has('Entente-Diagnostics')).toBe(false);
    expect(
      (
        await inward('INVITE', 'tel:030-1001;phone-context=contoso.example', {
          from: 'sip:anonymous@anonymous.invalid',
        })
      ).status,
    ).toBe(200);
    expect(last(scene.fe1).uriText).toBe(`sip:${alice.address}`);
  });

  it('tells the gateway nothing of who answers and why', async () => {
    scene.fe1.says({
      status: 404,
      headers: {
        'P-Asserted-Identity': `<sip:${alice.address}>`,
        'Entente-Diagnostics': '1000;reason="unknown-user";source="fe1.contoso.example"',
      },
    });
    const answer = await inward('INVITE', aliceNumber);
    expect([answer.status, answer.has('P-Asserted-Identity'), answer.has('Entente-Diagnostics')]).toEqual([
      404,
      false,
      false,
    ]);
  });

  it.each<readonly [string, number, string, string, string, AskOptions]>([
    [
      'a caller who is a user',
      403,
      'identity-not-authorised',
      'INVITE',
      aliceNumber,
      { from: `sip:${bob.address}` },
    ],
    [
      'a caller with the number of a user, in whatever spelling',
      403,
      'identity-not-authorised',
      'INVITE',
      aliceNumber,
      { from: 'sip:030-1002@gw1.contoso.example' },
    ],
    [
      'an asserted identity that is a user',
      403,
      'identity-not-authorised',
      'INVITE',
      aliceNumber,
      { headers: { 'P-Asserted-Identity': `<sip:${bob.address}>` } },
    ],
    [
      'an asserted identity that is the number of a user',
      403,
      'identity-not-authorised',
      'INVITE',
      aliceNumber,
      { headers: { 'P-Asserted-Identity': '<tel:+49301002>' } },
    ],
    [
      'a caller without number',
      403,
      'identity-not-authorised',
      'INVITE',
      aliceNumber,
      { from: 'sip:ceo@pstn.example' },
    ],
    ['a number that nobody has', 404, 'unknown-user', 'INVITE', 'tel:+4930999', {}],
    ['a number of a disabled user', 404, 'unknown-user', 'INVITE', 'tel:+49301003', {}],
    ['a number that gateways take', 404, 'unknown-user', 'INVITE', 'tel:+33123', {}],
    ['a user by address', 404, 'number-invalid', 'INVITE', `sip:${bob.address}`, {}],
    ['somebody outside', 403, 'relay-not-allowed', 'INVITE', 'sip:+49301001@fabrikam.example;user=phone', {}],
    [
      'a Route of the gateway',
      403,
      'relay-not-allowed',
      'INVITE',
      aliceNumber,
      { headers: { Route: '<sip:fe2.contoso.example;lr>' } },
    ],
    [
      'the call of others',
      403,
      'transfer-not-allowed',
      'INVITE',
      aliceNumber,
      { headers: { Replaces: 'x@y;to-tag=a;from-tag=b' } },
    ],
    [
      'a REFER outside of a dialog',
      403,
      'not-in-dialog',
      'REFER',
      aliceNumber,
      { headers: { 'Refer-To': '<tel:+1234>' } },
    ],
    ['a MESSAGE', 405, 'method-not-allowed', 'MESSAGE', aliceNumber, {}],
    ['a SUBSCRIBE', 405, 'method-not-allowed', 'SUBSCRIBE', aliceNumber, { headers: { Event: 'dialog' } }],
  ])('is refused for %s', async (_, status, reason, method, uri, options) => {
    const before = scene.network.refused(reason);
    const answer = await inward(method, uri, options);
    expect([answer.status, scene.network.refused(reason)]).toEqual([status, before + 1]);
    // The log has the reason; a gateway is told nothing of how things are inside.
    expect(answer.has('Entente-Diagnostics')).toBe(false);
    expect([...scene.fe1.received, ...scene.gw2.received, ...scene.edge1.received]).toEqual([]);
  });

  it('is refused where two users have the number', async () => {
    scene.network.knows({ ...dave, number: '+49301009' }, account('erin', { number: '+49301009' }));
    expect((await inward('INVITE', 'tel:+49301009')).status).toBe(404);
  });

  it('goes on over the gateway that has begun it, and not over another one', async () => {
    await outward(
      'INVITE',
      called,
      of(alice, { headers: { 'Record-Route': '<sip:fe1.contoso.example;lr>' } }),
    );
    const begun = last(scene.gw1);
    const contact = 'sip:contact@fe1.contoso.example';
    // The other gateway has heard of the dialog, and writes as the first one does.
    const stolen = await scene.gw2.ask(scene.network.hop('gateways'), 'BYE', contact, {
      inDialog: begun,
    });
    expect(stolen.status).toBe(403);
    expect(scene.fe1.received).toEqual([]);
    const transfer = (to: string) =>
      inward('REFER', contact, { inDialog: begun, headers: { 'Refer-To': to } });
    const before = scene.network.refused('transfer-not-allowed');
    expect((await transfer('<sip:mallory@fabrikam.example>')).status).toBe(403);
    expect(scene.network.refused('transfer-not-allowed')).toBe(before + 1);
    expect((await transfer('<tel:+4930777>')).status).toBe(200);
  });

  it('may ask whether we are there', async () => {
    const answer = await inward('OPTIONS', 'sip:med1.contoso.example');
    expect([answer.status, answer.has('Allow')]).toEqual([200, true]);
  });
});

describe('an edge', () => {
  it('begins no call: nobody outside calls at our cost', async () => {
    const answer = await scene.edge1.ask(
      { ...scene.network.hop('inside'), link: links.edgeToMediation },
      'INVITE',
      called,
      of(alice),
    );
    expect(verdict(answer)).toEqual([403, 'relay-not-allowed']);
    expect(scene.gw1.received).toEqual([]);
  });
});
