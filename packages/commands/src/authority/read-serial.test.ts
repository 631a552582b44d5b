import { drawSerialNumber } from '@entente/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSerial } from './certificates.ts';

const read = (text: string) => readSerial(text, 'argument <serial>');
const colons = (text: string) => text.match(/../g)!.join(':');

describe('a serial number that somebody has pasted', () => {
  it('is the one that the ledger has, however it was written', () => {
    const octets = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(octets, fc.integer({ min: 0, max: 3 }), (random, zeros) => {
        fc.pre(random.some((octet, i) => octet !== 0 && i > 0));
        const drawn = Buffer.from(drawSerialNumber(() => random.fill(0, 0, zeros))).toString('hex');
        // As OpenSSL and Node write it.
        const shown = drawn.replace(/^00/, '').toUpperCase();
        for (const text of [drawn, shown, colons(drawn), colons(shown), shown.replaceAll(/../g, '$& ')])
          expect(read(text)).toBe(drawn);
      }),
    );
  });

  it.each([
    ['00f8d6', '00f8d6'],
    ['F8:D6', '00f8d6'],
    ['7f', '7f'],
    ['80', '0080'],
    ['0', '00'],
    ['000a', '0a'],
    ['4d2', '04d2'],
  ])('is content of an INTEGER in DER: %s is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each(['', '0x4d2', 'fe01.contoso.example', 'ab'.repeat(21)])(
    'is none where it is something else: %s',
    (text) => {
      expect(() => read(text)).toThrow('expected a serial number');
    },
  );
});
