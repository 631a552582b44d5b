import type { HeaderFields, SipRequest, SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { alice, bob, of } from './callers.ts';
import { aliceNumber, last, mediationScene } from './mediation-scene.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const scene = mediationScene(alice, bob);
const { outward, inward } = scene;

/** What of fields is left in a message. */
const left = (message: SipRequest | SipResponse, fields: Fields): readonly string[] =>
  [...new Set(fields.map(([name]) => name))].flatMap((name) => message.all(name));

/** What of the fields of a gateway's request is seen inside. */
async function seenInside(fields: Fields): Promise<readonly string[]> {
  expect((await inward('INVITE', aliceNumber, { headers: fields as HeaderFields })).status).toBe(200);
  return left(last(scene.fe1), fields);
}

/** What of the fields of a gateway's answer is seen inside. */
async function seenOfAnswer(status: number, fields: Fields): Promise<readonly string[]> {
  const headers = fields as HeaderFields;
  scene.gw1.says(...(status < 200 ? [{ status, headers }, { status: 486 }] : [{ status, headers }]));
  const answers: SipResponse[] = [];
  const onProvisional = (answer: SipResponse) => void answers.push(answer);
  answers.push(await outward('INVITE', 'tel:+4930555', of(alice, { onProvisional })));
  const [answer] = answers.filter((one) => one.status === status) as [SipResponse];
  return left(answer, fields);
}

const naming = [
  ...['Diversion', 'History-Info', 'Reply-To', 'CC-Diversion', 'CC-Redirect', 'Requested-By', 'Error-Info'],
  ...['Referred-By', 'P-Charge-Info', 'Call-Info', 'Additional-Identity'],
];
const answering = [
  ...['Answer-Mode', 'Priv-Answer-Mode', 'Alert-Info', 'X-Alert-Info', 'P-Auto-Answer', 'X-Auto-Answer'],
  ...['X-AutoAnswer', 'Auto-Answer', 'Answer-After'],
];

const ofNetworks = [
  ...['P-Charging-Vector', 'P-DCS-OSPS', 'P-Profile-Key', 'P-User-Database', 'P-Access-Network-Info'],
  ...[
    'P-Private-Network-Indication',
    'Resource-Priority',
    'P-Charge-Info',
    'P-Served-User',
    'P-Called-Party-ID',
  ],
];

describe('a caller in the telephone network', () => {
  it.each(answering)('has no telephone answer by itself: %s', async (name) => {
    expect(await seenInside([[name, 'Auto']])).toEqual([]);
  });

  it.each(naming)('names no user of ours: %s', async (name) => {
    for (const value of [
      `"Bob" <sip:${bob.address}>`,
      '<tel:+49301002>',
      '<sip:ceo@fabrikam.example>',
      'bob',
    ])
      expect(await seenInside([[name, value]]), value).toEqual([]);
  });

  it('does neither in a call that goes on', async () => {
    await outward(
      'INVITE',
      'tel:+4930555',
      of(alice, { headers: { 'Record-Route': '<sip:fe1.contoso.example;lr>' } }),
    );
    const begun = last(scene.gw1);
    const fields = [...naming, ...answering].map((name) => [name, `<sip:${bob.address}>`] as const);
    const options = { inDialog: begun, headers: fields as HeaderFields };
    expect((await inward('UPDATE', 'sip:contact@fe1.contoso.example', options)).status).toBe(200);
    expect([last(scene.fe1).method, left(last(scene.fe1), fields)]).toEqual(['UPDATE', []]);
  });

  it.each(ofNetworks)('says nothing of what servers of one network say to each other: %s', async (name) => {
    expect(await seenInside([[name, 'x.0']])).toEqual([]);
  });

  it('is diverted by numbers outside, and by whom nobody names', async () => {
    const fields: Fields = [
      ['Diversion', '<sip:+44201235@gw1.contoso.example;user=phone>;reason=unconditional'],
      ['Diversion', `<sip:${bob.address}>`],
      ['History-Info', '<tel:+44201235>;index=1, <sip:anonymous@anonymous.invalid>;index=1.1'],
    ];
    expect(await seenInside(fields)).toEqual([
      '<sip:+44201235@gw1.contoso.example;user=phone>;reason=unconditional',
      '<tel:+44201235>;index=1, <sip:anonymous@anonymous.invalid>;index=1.1',
    ]);
    expect(
      await seenInside([['History-Info', '<sip:bob%40contoso.example@anonymous.invalid>;index=1']]),
    ).toEqual([]);
  });

  it('says of the call what a picture or a page shows, and answers nothing by it', async () => {
    const icon = '<https://carrier.example/icon.png>;purpose=icon';
    const fields: Fields = [['Call-Info', `${icon}, <https://carrier.example>;answer-after=0`]];
    expect(await seenInside(fields)).toEqual([icon]);
  });

  it('warns in the name of no server of ours, and leads to no address with fields in it', async () => {
    const fields: Fields = [
      ['Warning', '399 contoso.example "Your password is needed", 399 carrier.example "Busy"'],
      ['Refer-To', `<sip:${bob.address}?Answer-Mode=Auto>`],
    ];
    expect(await seenInside(fields)).toEqual(['399 carrier.example "Busy"', `<sip:${bob.address}>`]);
    const contact = '<sip:contact@gw1.contoso.example?Answer-Mode=Auto>';
    await scene.gw1.ask(scene.network.hop('gateways'), 'INVITE', aliceNumber, {
      from: 'sip:+44201234@gw1.contoso.example;user=phone',
      contact,
    });
    expect(last(scene.fe1).get('Contact')).toBe('<sip:contact@gw1.contoso.example>');
  });

  it('writes nothing of what rooms deliver', async () => {
    const fields: Fields = [
      ['Entente-Author', `<sip:${bob.address}>`],
      ['Entente-Message-Id', '1'],
    ];
    expect(await seenInside(fields)).toEqual([]);
  });

  it('takes over no call of others: Target-Dialog', async () => {
    const headers = { 'Target-Dialog': 'call-of-bob;local-tag=a;remote-tag=b' };
    const answer = await inward('INVITE', aliceNumber, { headers });
    expect([answer.status, scene.network.refused('transfer-not-allowed')]).toEqual([403, 1]);
    expect(scene.fe1.received).toEqual([]);
  });
});

describe('an answer from the telephone network', () => {
  it.each([183, 200, 302, 486])(
    'names no user of ours, and has no telephone answer or fetch anything: %s',
    async (status) => {
      const fields: Fields = [
        ...naming.map((name) => [name, `<sip:${bob.address}>`] as const),
        ...answering.map((name) => [name, 'Auto'] as const),
        ['Warning', '399 contoso.example "Your password is needed"'],
      ];
      expect(await seenOfAnswer(status, fields)).toEqual([]);
      const diverted = '<sip:+44201235@gw1.contoso.example;user=phone>;reason=unconditional';
      expect(await seenOfAnswer(status, [['Diversion', diverted]])).toEqual([diverted]);
    },
  );

  it.each([
    ...[
      'P-Asserted-Identity',
      'P-Associated-URI',
      'P-Called-Party-ID',
      'P-Served-User',
      'P-Asserted-Service',
    ],
    ...['Remote-Party-ID', 'P-Preferred-Identity', 'Authentication-Info', 'Proxy-Authentication-Info'],
    ...[
      'Flow-Timer',
      'Service-Route',
      'Path',
      'Entente-Message-Id',
      'Entente-Author',
      'Entente-Asked-By',
      'Entente-Account-Version',
    ],
  ])('says nothing of how a telephone and its server go on, or who answers: %s', async (name) => {
    for (const status of [183, 200])
      expect(await seenOfAnswer(status, [[name, `<sip:${bob.address}>`]])).toEqual([]);
  });

  it.each(ofNetworks)('says nothing of what servers of one network say to each other: %s', async (name) => {
    for (const status of [183, 200]) expect(await seenOfAnswer(status, [[name, 'x.0']])).toEqual([]);
  });

  it.each([183, 200, 302])('leads to no address with fields in it: %s', async (status) => {
    expect(
      await seenOfAnswer(status, [
        ['Contact', `<sip:${bob.address}?Answer-Mode=Auto>;q=0.5, <sip:+44201235@gw1.contoso.example>`],
      ]),
    ).toEqual([`<sip:${bob.address}>;q=0.5,<sip:+44201235@gw1.contoso.example>`]);
    const fields: Fields = [['Refer-To', `<sip:${bob.address}?Answer-Mode=Auto>`]];
    expect(await seenOfAnswer(status, fields)).toEqual([`<sip:${bob.address}>`]);
  });
});

describe('an answer of a partner over a mediation server', () => {
  it('names no user of ours by a number at a domain of the partner', async () => {
    const named = '<sip:+49301002@fabrikam.example;user=phone>';
    const own = '<sip:+49405550@fabrikam.example;user=phone>';
    scene.edge1.says({ status: 200, headers: { Diversion: [named, own].join(', ') } });
    const answer = await outward('INVITE', 'tel:+4940123', of(alice));
    expect([answer.status, answer.all('Diversion')]).toEqual([200, [own]]);
  });
});
