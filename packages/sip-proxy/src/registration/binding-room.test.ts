import { describe, expect, it } from 'vitest';
import { alice, fakeSealing, now } from '../../test/fixtures.ts';
import { accepted, context, registerRequest, stored } from '../../test/registering.ts';
import { type Binding, bindingText, maxBindingText } from '../locations/binding.ts';
import { register } from './registrar.ts';

/** A Contact URI of so many characters. */
const long = (index: number, characters = 2_048) =>
  `sip:${`${index}`.padStart(2, '0').padEnd(characters - 14, 'a')}@192.0.2.1`;
/** A Call-ID of so many characters. */
const longId = (index: number, characters = 1_024) => `${index}`.padStart(2, '0').padEnd(characters, 'c');

/** As servers of a pool that heard of it apart may have it together: more than one of them would have bound. */
const bound = (uri: string, fields: Partial<Binding> = {}): Binding => ({
  aor: alice,
  uri,
  q: 1,
  expiresAt: now + 60_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: now,
  ...fields,
});

function refusalOf(...parts: Parameters<typeof register>) {
  const result = register(...parts);
  return result.ok ? undefined : result.refusal;
}

describe('the text of all bindings of one address', () => {
  it('is 16,384 characters at most, however long each contact and Call-ID is', () => {
    let bindings: readonly Binding[] = [];
    for (let i = 0; i < 16; i++) {
      const one = registerRequest({ Contact: `<${long(i)}>` }, 1, longId(i));
      const result = register(one, alice, bindings, context);
      if (result.ok) bindings = result.bindings;
    }
    expect(bindings).toHaveLength(5);
    expect(bindingText(bindings)).toBe(5 * (2_048 + 1_024));
  });

  it('may be 16,384 characters, and with one more is refused with 403', () => {
    const current = Array.from({ length: 15 }, (_, i) => bound(long(i, 1_000), { callId: longId(i, 24) }));
    const last = (characters: number) => registerRequest({ Contact: `<${long(99, characters)}>` }, 1, 'c');
    expect(bindingText(stored(last(1_023), current))).toBe(maxBindingText);
    expect(refusalOf(last(1_024), alice, current, context)).toMatchObject({
      status: 403,
      reason: 'too-many-contacts',
      message:
        'Contact: expected at most 16384 characters of Contact, Call-ID and Path in all bindings of one address, found 16385',
      remedy:
        'Remove bindings that are no longer used (Contact: * with Expires: 0 removes all), or register a shorter Contact.',
    });
  });

  it.each([
    ['its Contact', { Contact: `<${long(1, 500)}>` }, 'c', 500 + 1],
    ['its Call-ID', { Contact: '<sip:a@192.0.2.1>' }, longId(1, 500), 15 + 2 + 500 - 2],
    [
      'each entry of its Path',
      { Contact: '<sip:a@192.0.2.1>', Path: ['<sip:one.example;lr>', '<sip:two.example;lr>'] },
      'c',
      15 + 1 + 40,
    ],
    [
      'its instance',
      { Contact: '<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>";reg-id=1', Supported: 'outbound' },
      'c',
      15 + 1 + 12,
    ],
  ])('counts of a binding %s', (_, headers, callId, characters) => {
    expect(bindingText(stored(registerRequest(headers, 1, callId)))).toBe(characters);
  });

  it('has room for 16 telephones with GRUUs behind an edge and a front end, which all refresh', () => {
    const token = 't'.repeat(256);
    const telephone = (index: number, cseq: number) =>
      registerRequest(
        {
          Contact: `<sip:alice-${index}@client-${index}.contoso.example:40000;transport=tls;line=0123456789abcdef>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-${`${index}`.padStart(12, '0')}>";reg-id=1`,
          Path: [
            `<sip:${token}@fe1.contoso.example:5061;transport=tls;lr>`,
            `<sip:${token}@edge.contoso.example:5061;transport=tls;lr;ob>`,
          ],
          Supported: 'path, outbound, gruu',
        },
        cseq,
        `a-call-id-of-usual-length-${index}@client-${index}.contoso.example`,
      );
    let bindings: readonly Binding[] = [];
    for (const cseq of [1, 2])
      for (let i = 0; i < 16; i++)
        bindings = accepted(
          register(telephone(i, cseq), alice, bindings, {
            ...context,
            gruus: fakeSealing(),
            vouchedBy: 'fe1.contoso.example 4f1a',
            askedBy: ['edge.contoso.example 4f1b'],
          }),
        ).bindings;
    expect(bindings).toHaveLength(16);
    expect(bindings.every(({ cseq, path }) => cseq === 2 && path.length === 2)).toBe(true);
  });
});

describe('where an address has more than there is room for, as when two servers bind apart', () => {
  const longer = Array.from({ length: 12 }, (_, i) => bound(long(i)));
  const more = Array.from({ length: 20 }, (_, i) => bound(`sip:a@192.0.2.${i}`));

  it.each([
    ['longer bindings', longer],
    ['more bindings', more],
  ])('a REGISTER that removes one of %s passes, and so does one that asks for them', (_, current) => {
    const removed = registerRequest({ Contact: `<${current[0]!.uri}>;expires=0` });
    expect(stored(removed, current)).toEqual(current.slice(1));
    const unknown = registerRequest({ Contact: '<sip:nobody@192.0.2.1>;expires=0' });
    expect(stored(unknown, current)).toEqual(current);
    expect(stored(registerRequest({ Contact: [] }), current)).toEqual(current);
    expect(stored(registerRequest({ Contact: '*', Expires: '0' }), current)).toEqual([]);
  });

  it('one that makes it smaller passes, and one that binds the same again or another one does not', () => {
    const smaller = registerRequest({ Contact: [`<${long(0)}>;expires=0`, `<${long(0, 1_000)}>`] }, 1, 'd');
    expect(stored(smaller, longer)).toHaveLength(12);
    const fewer = [`<${more[0]!.uri}>;expires=0`, `<${more[1]!.uri}>;expires=0`, '<sip:b@192.0.2.99>'];
    expect(stored(registerRequest({ Contact: fewer }, 1, 'd'), more)).toHaveLength(19);
    for (const current of [longer, more])
      for (const uri of [current[0]!.uri, 'sip:b@192.0.2.99'])
        expect(
          refusalOf(registerRequest({ Contact: `<${uri}>` }, 1, 'd'), alice, current, context),
        ).toMatchObject({
          reason: 'too-many-contacts',
        });
  });
});
