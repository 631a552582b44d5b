import { parseUri } from '@entente/sip';
import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { readInContext } from './number-in-context.ts';

const topology = sampleTopology({
  telephony: {
    rules: [
      { prefix: '0', minLength: 4, strip: 1, prepend: '+49' },
      { prefix: '1', context: 'berlin.example', prepend: '+4930' },
    ],
  },
});

/** A user part as a partner writes it. */
function read(written: string) {
  const parsed = parseUri(`sip:${written}@fabrikam.example;user=phone`);
  if (!parsed.ok || parsed.value.kind !== 'sip') throw new Error(`no URI: ${written}`);
  return readInContext(parsed.value.user ?? '', topology, (number) => number === '+49301001');
}

describe('the number of a partner’s user that says where it counts', () => {
  it.each([
    '1001;phone-context=+4930',
    '301001;phone-context=+49',
    '0301001;phone-context=+49',
    '301001;phone-context=%2B49',
    '301001%3Bphone-context=+49',
    '30-1001;PHONE-CONTEXT=+4-9',
    '301001;ext=5;phone-context=+49',
    '%EF%BC%93%EF%BC%901001;phone-context=+49',
    '0301001;phone-context=contoso.example',
    '0301001;phone-context=CONTOSO.example.',
    '1001;phone-context=berlin.example',
  ])('is that of a user of ours where it is in that context: %s', (written) => {
    expect(read(written)).toBe('ours');
  });

  it.each([
    '1001',
    '0301001',
    '1002;phone-context=+4930',
    '0301001;phone-context=+1',
    '0301001;phone-context=fabrikam.example',
    'alice;phone-context=+49301001',
    '1001;phone-context',
    '1001;phone-context=',
  ])('is a name, or a number of others: %s', (written) => {
    expect(read(written)).toBeUndefined();
  });

  it.each([
    ['counts at two places', '301001;phone-context=+1;phone-context=+49'],
    ['counts at two places, none of which makes it ours', '1002;phone-context=+1;phone-context=+2'],
    ['is longer than numbers are', `${'1'.repeat(250)};phone-context=+49`],
    ['has parameters longer than those of numbers', `301001;x=${'y'.repeat(250)};phone-context=+49`],
    ['is long in other characters', `%EF%BC%93${'%EF%B7%BA'.repeat(70)};phone-context=+49`],
    ['is long, and begins as numbers do', `+49301001;x=${'y'.repeat(300)}`],
  ])('is compared with none where it %s', (_, written) => {
    expect(read(written)).toBe('unreadable');
  });

  it.each([
    ['has parameters', `alice;x=${'y'.repeat(300)};phone-context=+49;phone-context=+1`],
    ['is long', 'a.long-name.'.repeat(30)],
    ['is long in other characters', `${'%C3%B6'.repeat(40)}anna${'%C3%B6'.repeat(40)}`],
  ])('is a name that %s', (_, written) => {
    expect(read(written)).toBeUndefined();
  });
});
