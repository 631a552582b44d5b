import { createResponse, type HeaderFields } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { hers, his, message, ofCalled, outwards, type Sent, start } from '../test/edge-between.ts';

/** What of the fields of a partner's request is seen inside. */
function seenInside(method: string, fields: readonly (readonly [string, string])[]) {
  const { fromPartner, reasons, sent } = start();
  fromPartner(message(method, his, hers, { headers: fields as HeaderFields }));
  expect(reasons).toEqual([]);
  const [into] = sent.inside as [Sent];
  return [...new Set(fields.map(([name]) => name))].flatMap((name) => into.message.all(name));
}

describe('what a partner says of users of ours', () => {
  const naming = [
    ...['Referred-By', 'b', 'Diversion', 'History-Info', 'Reply-To'],
    ...[
      'CC-Diversion',
      'CC-Redirect',
      'Requested-By',
      'P-Charge-Info',
      'Call-Info',
      'Error-Info',
      'Additional-Identity',
    ],
  ];
  it.each(naming)('is taken off, and the request comes in: %s', (name) => {
    for (const method of ['INVITE', 'MESSAGE', 'REFER']) {
      expect(seenInside(method, [[name, '"Alice" <sip:alice@contoso.example>']])).toEqual([]);
      expect(seenInside(method, [[name, '<sips:alice@CONTOSO.example.>']])).toEqual([]);
    }
  });

  it('is taken off in a dialog as well, of a request that would transfer one of ours as another', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    const answers = fromFrontEnd(outwards('INVITE'));
    const [out] = sent.outside as [Sent];
    out.answer(200);
    const Route = out.message.recordRoutes[0]?.toString() ?? '';
    const claims = {
      'Referred-By': `<${hers}>`,
      Diversion: `<${hers}>`,
      'Refer-To': '<sip:+15550100@contoso.example>',
    };
    fromPartner(ofCalled(out.message, 'REFER', { uri: hers, headers: { ...claims, Route } }));
    expect(answers.length).toBe(1);
    const [into] = sent.inside as [Sent];
    expect(Object.keys(claims).filter((name) => into.message.has(name))).toEqual(['Refer-To']);
  });

  it.each([
    ['a number, which has no domain', '<tel:+49301001>'],
    ['an address at a server inside', '<sip:alice@fe1.contoso.example>'],
    ['what cannot be read', 'alice of Contoso'],
    ['an address of ours in the name of a user', '<sip:alice%40contoso.example@fabrikam.example>'],
    ['the same with a port', '<sip:alice%40Contoso.example.%3A5061@fabrikam.example>'],
    ['the same in other characters', '<sip:alice%EF%BC%A0contoso.example@fabrikam.example>'],
    ['a name in a context of ours', '<sip:alice;phone-context=contoso.example@fabrikam.example>'],
    ['the same at a server', '<sip:alice;x;phone-context=fe1.contoso.example@fabrikam.example>'],
    [
      'an address that is shown backwards behind the name',
      '"Alice \u202E" <sip:elpmaxe.osotnoc%40ecila@fabrikam.example>',
    ],
    ['a name that is too long to be looked at', `<sip:${'a'.repeat(513)}@fabrikam.example>`],
    ['an address at what is longer than a name may be', `<sip:alice@${'a.'.repeat(200)}fabrikam.example>`],
  ])('is taken off where it is %s', (_, value) => {
    expect(seenInside('INVITE', [['Referred-By', value]])).toEqual([]);
  });

  it('is taken off alone: what else its forwards say stays as it came', () => {
    const forwarded = '<sip:carl@fabrikam.example?Reason=SIP%3Bcause%3D302>;index=1.1';
    expect(
      seenInside('INVITE', [
        ['History-Info', `<sip:alice@contoso.example>;index=1, ${forwarded}`],
        ['Diversion', '<sip:carl@fabrikam.example>;reason=unconditional'],
        ['Diversion', '<sip:alice@contoso.example>'],
        ['Referred-By', '"Carl" <sip:carl@fabrikam.example>'],
        ['Reply-To', '<sip:desk@litware.example>'],
      ]),
    ).toEqual([
      forwarded,
      '<sip:carl@fabrikam.example>;reason=unconditional',
      '"Carl" <sip:carl@fabrikam.example>',
      '<sip:desk@litware.example>',
    ]);
  });
});

/** What networks say to each other, and a partner to us says nothing by. */
const ofNetworks = [
  ...[
    'P-Charging-Vector',
    'P-Charging-Function-Addresses',
    'P-DCS-OSPS',
    'P-DCS-Billing-Info',
    'P-Profile-Key',
  ],
  ...['P-User-Database', 'P-Private-Network-Indication', 'P-Access-Network-Info', 'P-Visited-Network-ID'],
  ...['P-Preferred-Service', 'P-Media-Authorization', 'Resource-Priority', 'Attestation-Info'],
] as const;

describe('what servers of one network say to each other', () => {
  it.each(ofNetworks)('is taken off what a partner sends, and the request comes in: %s', (name) => {
    for (const method of ['INVITE', 'MESSAGE']) expect(seenInside(method, [[name, 'x.0']])).toEqual([]);
  });

  it('stays where it asks for early media, and is of the call alone', () => {
    expect(seenInside('INVITE', [['P-Early-Media', 'supported']])).toEqual(['supported']);
  });
});

describe('what stays of a field', () => {
  /** More than a message may have of fields. */
  const many = Array.from({ length: 300 }, (_, i) => `<sip:carl@fabrikam.example>;index=1.${i}`);

  it.each(['History-Info', 'Diversion'])('is one field, however many values it has: %s', (name) => {
    const [first = '', ...others] = many;
    expect(
      seenInside('INVITE', [
        [name, first],
        [name, `<sip:alice@contoso.example>, ${others.join(', ')}`],
      ]),
    ).toEqual([many.join(',')]);
  });

  it('is one field of the identities that a partner asserts', () => {
    const values = Array.from({ length: 300 }, () => '<sip:bob@fabrikam.example>');
    expect(
      seenInside('MESSAGE', [['P-Asserted-Identity', ['<tel:+49301001>', ...values].join(', ')]]),
    ).toEqual([values.join(',')]);
  });

  it('is one value where the field has but one', () => {
    const values = '<sip:carl@fabrikam.example>, <sip:alice@contoso.example>, <sip:desk@litware.example>';
    expect(seenInside('INVITE', [['Reply-To', values]])).toEqual(['<sip:carl@fabrikam.example>']);
  });
});

describe('what would have a telephone answer by itself for a partner', () => {
  it.each([
    ['Answer-Mode', 'Auto;require'],
    ['Priv-Answer-Mode', 'Auto'],
    ['Alert-Info', '<urn:alert:service:auto-answer>'],
    ['Alert-Info', 'Auto Answer'],
    ['Call-Info', '<sip:fabrikam.example>;answer-after=0'],
    ['Call-Info', '<sip:fabrikam.example>; Answer-After = 0'],
    ['Call-Info', '<https://fabrikam.example>;info=alert-autoanswer'],
    ['Call-Info', '<sip:fabrikam.example>;Auto-Answer=0'],
    ['P-Auto-Answer', 'normal'],
    ['X-AUTOANSWER', 'TRUE'],
    ['X-Auto-Answer', 'yes'],
    ['Auto-Answer', 'yes'],
    ['Answer-After', '0'],
    ['X-Alert-Info', 'Auto Answer'],
  ])('is taken off, and the call comes in: %s: %s', (name, value) => {
    expect(seenInside('INVITE', [[name, value]])).toEqual([]);
  });

  it('is taken off alone: what else is said of the call stays', () => {
    const icon = '<https://fabrikam.example/carl.jpg>;purpose=icon';
    const reply = '<sip:carl@fabrikam.example>;purpose=reply-to';
    expect(
      seenInside('INVITE', [['Call-Info', `${icon}, <sip:fabrikam.example>;answer-after=0, ${reply}`]]),
    ).toEqual([`${icon},${reply}`]);
  });

  it('stays where a user of ours writes it from outside: the home proves who that is', () => {
    const { fromClient, sent } = start();
    const headers = { 'Answer-Mode': 'Auto', 'Referred-By': `<${hers}>` };
    fromClient(message('INVITE', hers, 'sip:carol@contoso.example', { headers }));
    expect(Object.keys(headers).map((name) => sent.inside[0]?.message.has(name))).toEqual([true, true]);
  });
});

describe('the fields in an address of a partner', () => {
  const transfer = 'Replaces=1%40fabrikam.example%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces';
  it.each([
    ['?Answer-Mode=Auto', ''],
    ['?', ''],
    ['?Referred-By=%3Csip:carol@contoso.example%3E&Call-Info=%3Csip:x%3E%3Banswer-after%3D0', ''],
    [`?${transfer}`, `?${transfer}`],
    [`?Alert-Info=%3Chttp://x%3E&${transfer}&body=x`, `?${transfer}`],
    ['?replace%73=1%3Bto-tag%3D1%3Bfrom-tag%3D2', ''],
    ['?Replaces=1%0D%0AAnswer-Mode:Auto', ''],
    ['?Replaces=1@fabrikam.example%3Bto-tag%3D1&X=@', '?Replaces=1@fabrikam.example%3Bto-tag%3D1'],
    ['?Require=answermode', '?Require=answermode'],
  ])('are taken off Refer-To, but those of a transfer: %s', (written, left) => {
    const address = (fields: string) =>
      `"Carol, <x?>" <sip:carol@contoso.example;method=INVITE${fields}>;x=1`;
    expect(seenInside('REFER', [['Refer-To', address(written)]])).toEqual([address(left)]);
  });

  it('are taken off with a Refer-To that cannot be read, and are no fields where it is an address of the web', () => {
    expect(seenInside('REFER', [['Refer-To', 'sip:carol@contoso.example?Answer-Mode=Auto']])).toEqual([]);
    const hidden = '<sip:carol@contoso.example?Answer-Mode=Auto>;x="<y?z>"';
    expect(seenInside('REFER', [['Refer-To', hidden]])).toEqual([]);
    const asked = '"Who?" <sip:carol@contoso.example>';
    expect(seenInside('REFER', [['Refer-To', asked]])).toEqual([asked]);
    const web = '<https://fabrikam.example/?Answer-Mode=Auto>';
    expect(seenInside('REFER', [['Refer-To', web]])).toEqual([web]);
  });

  it('are taken off in a dialog as well', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    fromFrontEnd(outwards('INVITE'));
    const [out] = sent.outside as [Sent];
    out.answer(200);
    const Route = out.message.recordRoutes[0]?.toString() ?? '';
    const headers = { Route, 'Refer-To': '<sip:carol@contoso.example?Answer-Mode=Auto>' };
    fromPartner(ofCalled(out.message, 'REFER', { uri: hers, headers }));
    expect(sent.inside[0]?.message.get('Refer-To')).toBe('<sip:carol@contoso.example>');
  });

  it('are taken off Contact', () => {
    const { fromPartner, sent } = start();
    const contact = '<sip:bob@192.0.2.7;transport=tls?Answer-Mode=Auto&Replaces=1>;+sip.instance="x"';
    fromPartner(message('INVITE', his, hers, { contact }));
    expect(sent.inside[0]?.message.get('Contact')).toBe(
      '<sip:bob@192.0.2.7;transport=tls>;+sip.instance="x"',
    );
  });
});

/** What of the fields of a partner's answer is seen inside. */
function seenOfAnswer(status: number, fields: readonly (readonly [string, string])[]) {
  const { fromFrontEnd, sent } = start();
  const answers = fromFrontEnd(outwards('INVITE'));
  const [out] = sent.outside as [Sent];
  const options = { toTag: 'far', headers: fields as HeaderFields };
  out.answer(createResponse(out.message, status, undefined, options));
  return [...new Set(fields.map(([name]) => name))].flatMap((name) => answers[0]?.all(name));
}

describe('an answer of a partner', () => {
  const ours = '<sip:alice@contoso.example>';
  it.each([180, 200, 404])('says nothing of users of ours, and has no telephone answer: %s', (status) => {
    const fields = [
      ...['Referred-By', 'Diversion', 'History-Info', 'Reply-To', 'Error-Info', 'Call-Info'].map(
        (name) => [name, ours] as const,
      ),
      ...(['Answer-Mode', 'Alert-Info', 'P-Auto-Answer'] as const).map((name) => [name, 'Auto'] as const),
    ];
    expect(seenOfAnswer(status, fields)).toEqual([]);
    expect(seenOfAnswer(status, [['History-Info', `${ours};index=1, <${his}>;index=2`]])).toEqual([
      `<${his}>;index=2`,
    ]);
  });

  it.each(['Authentication-Info', 'Proxy-Authentication-Info', 'Flow-Timer', 'Service-Route', 'Path'])(
    'says nothing of how a telephone and its server go on: %s',
    (name) => {
      expect(seenOfAnswer(200, [[name, '1']])).toEqual([]);
    },
  );

  it.each(ofNetworks)('says nothing of what servers of one network say to each other: %s', (name) => {
    for (const status of [180, 200, 404]) expect(seenOfAnswer(status, [[name, 'x.0']])).toEqual([]);
  });

  it('warns in the name of no server of ours', () => {
    expect(
      seenOfAnswer(404, [
        ['Warning', '399 fe1.contoso.example "Call 555", 399 sip.fabrikam.example "Gone"'],
        ['Warning', '399 Contoso.example:5061 "Call 555"'],
        ['Warning', '399 access.contoso.example "Call 555"'],
        ['Warning', 'fe1.contoso.example'],
      ]),
    ).toEqual(['399 sip.fabrikam.example "Gone"']);
  });

  it('leads to no address with fields in it', () => {
    expect(
      seenOfAnswer(302, [
        ['Contact', '<sip:carol@contoso.example?Answer-Mode=Auto>;q=0.5, <sip:carl@fabrikam.example>'],
      ]),
    ).toEqual(['<sip:carol@contoso.example>;q=0.5,<sip:carl@fabrikam.example>']);
  });
});
