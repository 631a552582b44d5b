import { parseUri } from '@entente/sip';
import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { isNumberOfOurs, readAsNumber } from './disguised-number.ts';

const topology = sampleTopology({
  telephony: {
    rules: [
      { prefix: '011', minLength: 6, strip: 3, prepend: '+' },
      { prefix: '0', minLength: 4, strip: 1, prepend: '+49' },
    ],
  },
});
const isNumberOfUser = (number: string) => number === '+49301000';

/** A user part as a partner writes it. */
function read(written: string) {
  const parsed = parseUri(`sip:${written}@fabrikam.example`);
  if (!parsed.ok || parsed.value.kind !== 'sip') throw new Error(`no URI: ${written}`);
  return readAsNumber((parsed.value.user ?? '').split(';')[0] as string, topology, isNumberOfUser);
}

describe('the name of a partner’s user', () => {
  it.each([
    '+49301000',
    '%2B49301000',
    '+49-30-1000',
    '+49.30.1000',
    '+49(30)1000',
    '(+49)301000',
    '+49301000;ext=1',
    '+49301000%3Bext=1',
    '+49(0)301000',
    '+490301000',
    '+49-030-1000',
    '49301000',
    '0049301000',
    '01149301000',
    '00%2049/30/1000',
    '%E2%9E%9549301000',
    '%E3%85%A4%2049301000',
    '%EF%BC%94%EF%BC%99301000',
  ])('is the number of a user of ours: %s', (written) => {
    expect(read(written)).toBe('ours');
  });

  it.each([
    '+49301000%20',
    '%20+49301000',
    '+49301000%C2%A0',
    '+49301000%E2%80%8B',
    '%E2%80%8B+49301000',
    '+49%20301000',
    '+49/301000',
    '++49301000',
    '+49301000x',
    '+49301000*',
    '+49301000,',
    '+49301000%FF',
    '%EF%BC%8B49301000',
    '%EF%B9%A249301000',
    '+4930100%EF%BC%90',
    '+4930100%D9%A0',
    '+%D9%A4%D9%A9301000',
    '%D9%A4%D9%A9%D9%A3%D9%A0%D9%A1%D9%A0%D9%A0%D9%A0',
    '+4930l000',
    '+0301000',
    '+1234567890123456',
    '+49301000%40contoso.example',
  ])('looks like a number, and is compared with none: %s', (written) => {
    expect(read(written)).toBe('unreadable');
  });

  it.each([
    'alice',
    'alice+tag',
    'alice+49301000',
    '007james',
    '1001',
    '0301000',
    '301000',
    '+49301001',
    '+1-800-555-0100',
    '+alice',
    '+',
    '*97',
    '12_34',
    'j.%C3%B6.1',
    '%D8%B9%D9%84%DB%8C%DB%B1%DB%B2',
    '%D9%8E',
  ])('is a name, or a number of others: %s', (written) => {
    expect(read(written)).toBeUndefined();
  });
});

describe('a long name of a partner’s user', () => {
  it.each([
    ['looks like a global number', `+${'-'.repeat(70)}49301000`],
    ['has its + behind much that nobody sees', `${'%20'.repeat(70)}+49301000`],
    ['has digits alone', '1'.repeat(65)],
    ['has letters behind many digits', `${'1'.repeat(65)}alice`],
    ['becomes longer in plain characters', '%EF%B7%BA'.repeat(65)],
  ])('is compared with no number where it %s', (_, written) => {
    expect(read(written)).toBe('unreadable');
  });

  it.each(['a'.repeat(65), `1-${'a1.'.repeat(100)}`, `${'1'.repeat(60)}alice`, '%C3%A5sa.'.repeat(20)])(
    'is a name where a letter is near its beginning: %s',
    (written) => {
      expect(read(written)).toBeUndefined();
    },
  );
});

describe('a number of ours', () => {
  it('has a country code of one, two or three digits before that 0', () => {
    for (const [number, written] of [
      ['+1212555', '+10212555'],
      ['+352212555', '+3520212555'],
    ] as const)
      expect(isNumberOfOurs(written, (one) => one === number)).toBe(true);
  });

  it.each(['+49301000', '+490301000'])(
    'is known with and without the 0 that is dialled at home: %s',
    (number) => {
      expect(isNumberOfOurs(number, isNumberOfUser)).toBe(true);
    },
  );

  it.each(['+49301001', '+4930100', '+049301000', '+493001000', '+4900301000', '+'])(
    'is not %s',
    (number) => {
      expect(isNumberOfOurs(number, isNumberOfUser)).toBe(false);
    },
  );
});
