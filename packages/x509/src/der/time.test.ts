import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodeError } from './encode-error.ts';
import { prescribedForm, readGeneralizedTime, readUtcTime, writeTime } from './time.ts';

const utc = (text: string) => readUtcTime(Buffer.from(text), 0, text.length);
const generalized = (text: string) => readGeneralizedTime(Buffer.from(text), 0, text.length);

describe('time', () => {
  it('reads years 50 to 99 as 19xx and 00 to 49 as 20xx', () => {
    expect(utc('500101000000Z')).toBe(Date.UTC(1950, 0, 1));
    expect(utc('491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
  });

  it.each([
    '260230000000Z',
    '250229000000Z',
    '260001000000Z',
    '261301000000Z',
    '260100000000Z',
    '260101240000Z',
    '260101006000Z',
    '260101000060Z',
    '2601010000Z',
    '260101000000+0100',
    '260101000000z',
    '26010100000 Z',
    '26010100000:Z',
  ])('refuses the UTCTime %s', (text) => {
    expect(utc(text)).toBeNaN();
  });

  it.each(['20260101000000.5Z', '20260101000000', '2026010100Z', '20260431000000Z', '19000229000000Z'])(
    'refuses the GeneralizedTime %s',
    (text) => {
      expect(generalized(text)).toBeNaN();
    },
  );

  it('reads leap days of the years 2000 and 2024', () => {
    expect(generalized('20000229000000Z')).toBe(Date.UTC(2000, 1, 29));
    expect(utc('240229000000Z')).toBe(Date.UTC(2024, 1, 29));
  });

  it('agrees with Date for every second from year 0 to 9999, and writes what it reads', () => {
    const year0 = Date.parse('0000-01-01T00:00:00Z') / 1000;
    const year10000 = Date.UTC(10_000, 0, 1) / 1000;
    fc.assert(
      fc.property(fc.integer({ min: year0, max: year10000 - 1 }), (seconds) => {
        const ms = seconds * 1000;
        const buffer = new Uint8Array(15);
        const length = writeTime(buffer, 0, ms, 'generalized');
        const expected = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
        expect(Buffer.from(buffer.subarray(0, length)).toString()).toBe(expected);
        expect(readGeneralizedTime(buffer, 0, length)).toBe(ms);
        if (prescribedForm(ms) !== 'utc') return;
        expect(readUtcTime(buffer, 0, writeTime(buffer, 0, ms, 'utc'))).toBe(ms);
      }),
    );
  });

  it('refuses to write what a form cannot express', () => {
    const buffer = new Uint8Array(15);
    expect(() => writeTime(buffer, 0, Date.UTC(2050, 0, 1), 'utc')).toThrow(EncodeError);
    expect(() => writeTime(buffer, 0, Date.UTC(10_000, 0, 1), 'generalized')).toThrow(EncodeError);
    expect(() => writeTime(buffer, 0, Number.NaN, 'generalized')).toThrow(EncodeError);
  });
});
