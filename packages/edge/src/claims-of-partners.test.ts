import type { HeaderFields } from '@entente/sip';
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
    ...['CC-Diversion', 'CC-Redirect', 'Requested-By', 'P-Charge-Info', 'Call-Info', 'Error-Info'],
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
