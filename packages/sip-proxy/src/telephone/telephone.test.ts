import { parseUri, type Uri } from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTelephoneUri, readNumber } from './dialled-number.ts';
import { isEmergencyNumber, type Numbering, type NumberRule, numberOf } from './normalise-number.ts';

const ours = 'contoso.example';
const berlin: Numbering = {
  rules: [
    { prefix: '000', strip: 3, prepend: '+' },
    { prefix: '00', minLength: 4, strip: 2, prepend: '+49' },
    { prefix: '0', minLength: 4, strip: 1, prepend: '+4930' },
    { prefix: '1', minLength: 3, maxLength: 3, prepend: '+49305550' },
    { prefix: '', context: '+1', minLength: 10, maxLength: 10, prepend: '+1' },
  ],
  emergencyNumbers: ['112', '110'],
  isOurDomain: (domain) => domain === ours,
};
const globalOnly: Numbering = { ...berlin, rules: [], emergencyNumbers: [] };

function uri(text: string): Uri {
  const parsed = parseUri(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  return parsed.value;
}

function dialled(text: string, numbering = berlin): string {
  const found = numberOf(uri(text), numbering);
  return found.ok ? found.number : `${found.refusal.status} ${found.refusal.reason}`;
}

const digits = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...'0123456789'), { minLength: min, maxLength: max })
    .map((parts) => parts.join(''));
const countryCode = fc.constantFrom(...'123456789');
/** A number of E.164. */
const global = fc.tuple(countryCode, digits(2, 14)).map(([first, rest]) => `+${first}${rest}`);
/** The same number with visual separators anywhere behind its first character. */
const separated = (number: string) =>
  fc
    .array(fc.constantFrom('', '', '-', '.', '(', ')'), {
      minLength: number.length,
      maxLength: number.length,
    })
    .map((marks) => [...number].map((digit, index) => digit + marks[index]).join(''));

describe('a telephone URI', () => {
  it.each([
    ['tel:+4930123456', true],
    ['sip:+4930123456@contoso.example;user=phone', true],
    ['sips:030@contoso.example;user=PHONE', true],
    ['sip:030@contoso.example;user=%70hone', true],
    ['sip:+4930123456@contoso.example', false],
    ['sip:+4930123456@contoso.example;user=ip', false],
    ['mailto:alice@contoso.example', false],
  ])('is %s: %s', (text, expected) => {
    expect(isTelephoneUri(uri(text))).toBe(expected);
  });
});

describe('a number', () => {
  it('is the same in every spelling: tel or user part, with visual separators and without', () => {
    fc.assert(
      fc.property(
        global.chain((number) => fc.tuple(fc.constant(number), separated(number))),
        ([number, written]) => {
          expect(dialled(`tel:${written}`, globalOnly)).toBe(number);
          expect(dialled(`sip:${written}@${ours};user=phone`, globalOnly)).toBe(number);
          expect(dialled(`sips:${encodeURIComponent(written)}@${ours};user=phone`, globalOnly)).toBe(number);
        },
      ),
    );
  });

  it('becomes + and 1 to 15 digits, whatever is dialled and whatever the rules say, or is refused', () => {
    const rule: fc.Arbitrary<NumberRule> = fc.record({
      prefix: fc.oneof(
        digits(0, 4),
        digits(0, 3).map((rest) => `+${rest}`),
      ),
      minLength: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      maxLength: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
      strip: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      prepend: fc.option(
        fc.oneof(
          digits(0, 4),
          digits(0, 12).map((rest) => `+${rest}`),
        ),
        { nil: undefined },
      ),
    });
    const text = fc.oneof(global, digits(1, 70), fc.stringMatching(/^[-+.()*#0-9A-Fa-f;=x]{1,40}$/));
    fc.assert(
      fc.property(text, fc.array(rule, { maxLength: 6 }), (written, rules) => {
        const parsed = parseUri(`sip:${encodeURIComponent(written)}@${ours};user=phone`);
        if (!parsed.ok) return;
        const found = numberOf(parsed.value, { ...berlin, rules });
        if (found.ok && !found.isEmergency) expect(found.number).toMatch(/^\+[1-9]\d{0,14}$/);
        if (!found.ok) expect(found.refusal.reason).toBe('number-invalid');
      }),
    );
  });

  it('is decided by the first rule that fits, and by no other', () => {
    fc.assert(
      fc.property(digits(4, 8), fc.integer({ min: 0, max: 5 }), (number, others) => {
        const never = Array.from({ length: others }, () => ({ prefix: 'X', prepend: '+7' }));
        const rules = [...never, { prefix: '', prepend: '+49' }, { prefix: '', prepend: '+33' }];
        expect(dialled(`sip:${number}@${ours};user=phone`, { ...globalOnly, rules })).toBe(`+49${number}`);
      }),
    );
  });

  it.each([
    ['sip:0001201555@contoso.example;user=phone', '+1201555'],
    ['sip:0040123@contoso.example;user=phone', '+4940123'],
    ['sip:05551234@contoso.example;user=phone', '+49305551234'],
    ['tel:05551234;phone-context=contoso.example', '+49305551234'],
    ['tel:05551234;phone-context=Contoso.Example', '+49305551234'],
    ['sip:123@contoso.example;user=phone', '+49305550123'],
    ['tel:201-555-0123;phone-context=+1', '+12015550123'],
    ['sip:2015550123;phone-context=+1@contoso.example;user=phone', '+12015550123'],
    ['tel:+49-30-5551234', '+49305551234'],
    ['tel:+49305551234;cic=+1999', '+49305551234'],
    ['sip:112@contoso.example;user=phone', '112'],
    ['tel:112;phone-context=+1', '112'],
  ])('%s is %s', (text, expected) => {
    expect(dialled(text)).toBe(expected);
  });

  it.each([
    ['sip:1234@contoso.example;user=phone', 484, 'no rule fits four digits that begin with 1'],
    ['tel:05551234;phone-context=fabrikam.example', 484, 'it counts at somebody else’s'],
    ['tel:05551234;phone-context=+44', 484, 'no rule is for that country'],
    ['sip:alice@contoso.example;user=phone', 404, 'a name is no number'],
    ['sip:+@contoso.example;user=phone', 404, 'a + alone is no number'],
    ['sip:+0301@contoso.example;user=phone', 404, 'no country code begins with 0'],
    ['sip:++4930@contoso.example;user=phone', 404, 'two +'],
    ['sip:49+30@contoso.example;user=phone', 404, 'a + inside'],
    ['sip:+49*30@contoso.example;user=phone', 404, 'a star in a global number'],
    ['sip:+1234567890123456@contoso.example;user=phone', 404, '16 digits'],
    ['tel:+4930555;ext=12', 404, 'an extension'],
    ['tel:+4930555;isub=12', 404, 'a subaddress'],
    ['sip:+4930;phone-context=+49@contoso.example;user=phone', 404, 'a context of a global number'],
    ['sip:030;phone-context=a;phone-context=b@contoso.example;user=phone', 404, 'two contexts'],
    ['sip:030;phone-context=+@contoso.example;user=phone', 404, 'a context without digits'],
    ['sip:030;phone-context@contoso.example;user=phone', 404, 'a context without value'],
  ])('%s is refused with %i: %s', (text, status) => {
    expect(dialled(text)).toBe(`${status} number-invalid`);
  });

  it('of more characters than anybody dials is refused before anything is done with it', () => {
    const found = readNumber(uri(`sip:${'0'.repeat(3_000)}@${ours};user=phone`));
    expect(found).toEqual({ ok: false, problem: 'too-long' });
  });
});

describe('an emergency number', () => {
  it.each([
    ['sip:112@contoso.example', true],
    ['sip:1-1-2@contoso.example;user=phone', true],
    ['tel:112;phone-context=contoso.example', true],
    ['sip:112@fabrikam.example', false],
    ['sip:+112@contoso.example', false],
    ['sip:1120@contoso.example', false],
    ['sip:alice@contoso.example', false],
  ])('is %s: %s', (text, expected) => {
    expect(isEmergencyNumber(uri(text), berlin)).toBe(expected);
  });

  it.each([
    'sip:112;isub=1@contoso.example;user=phone',
    'sip:112;ISUB=1@contoso.example',
    'sip:112%3Bisub=1@contoso.example',
    'sip:1-1-2;ext=5;isub=6@contoso.example;user=phone',
    'tel:112;phone-context=contoso.example;isub=1',
    'tel:112;phone-context=+49;ext=1',
    'sip:112;npdi;rn=+1900555@contoso.example',
    'sip:112;phone-context@contoso.example',
    'sip:112;phone-context=a;phone-context=b@contoso.example',
    `sip:112;x=${'y'.repeat(300)}@contoso.example`,
  ])('is one whatever parameters stand behind it, and is called without them: %s', (text) => {
    expect(isEmergencyNumber(uri(text), berlin)).toBe(true);
    expect(dialled(text)).toBe('112');
    expect(numberOf(uri(text), berlin)).toMatchObject({ ok: true, isEmergency: true });
  });

  it.each([
    'sip:030112;isub=112@contoso.example;user=phone',
    'sip:1120;isub=1@contoso.example;user=phone',
    'sip:;112@contoso.example;user=phone',
    'sip:+49112;isub=1@contoso.example;user=phone',
    'sip:isub=1;112@contoso.example;user=phone',
    'tel:+1900555;isub=112',
    'sip:112,;isub=1@contoso.example;user=phone',
    `sip:${'-'.repeat(300)}112@contoso.example;user=phone`,
  ])('is no other number, whatever stands behind that: %s', (text) => {
    expect(isEmergencyNumber(uri(text), berlin)).toBe(false);
    expect(dialled(text)).toMatch(/^4.. number-invalid$/);
  });

  it('is none where the topology lists none', () => {
    expect(isEmergencyNumber(uri('sip:112@contoso.example'), globalOnly)).toBe(false);
  });
});
