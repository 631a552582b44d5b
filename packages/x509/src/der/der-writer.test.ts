import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDer } from './decode-der.ts';
import { DerWriter } from './der-writer.ts';
import { EncodeError } from './encode-error.ts';
import { TAG } from './tags.ts';

const LIMITS = { maxBytes: 1 << 26, maxDepth: 64, maxItems: 1 << 20 };

function hex(fill: (writer: DerWriter) => void): string {
  const writer = new DerWriter(16);
  fill(writer);
  return Buffer.from(writer.toBytes()).toString('hex');
}

describe('DerWriter', () => {
  it('writes the shortest length for any size of content', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 16_777_216]) {
      const writer = new DerWriter();
      const outer = writer.begin(TAG.SEQUENCE);
      writer.octetString(new Uint8Array(size).fill(7));
      writer.end(outer);
      const read = decodeDer(writer.toBytes(), undefined, LIMITS, 'it', (reader) => {
        const end = reader.open(TAG.SEQUENCE);
        reader.octetString();
        const length = reader.stop - reader.start;
        expect(reader.bytes[reader.stop - 1]).toBe(size === 0 ? reader.bytes[reader.start - 1] : 7);
        reader.close(end);
        return length;
      });
      expect(read).toEqual({ ok: true, value: size });
    }
  });

  it('writes integers that the reader takes and that mean the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (number) => {
        const writer = new DerWriter();
        writer.integer(number);
        const read = decodeDer(writer.toBytes(), undefined, LIMITS, 'it', (reader) => {
          reader.integer();
          return BigInt.asIntN(
            8 * (reader.stop - reader.start),
            BigInt(`0x${Buffer.from(reader.view()).toString('hex')}`),
          );
        });
        expect(read).toEqual({ ok: true, value: number });
      }),
    );
  });

  it('refuses integer octets that are empty or padded', () => {
    for (const octets of [[], [0, 1], [0xff, 0x80]]) {
      expect(() => new DerWriter().integer(Uint8Array.from(octets))).toThrow(EncodeError);
    }
    expect(hex((writer) => writer.integer(Uint8Array.of(0, 0x80)))).toBe('02020080');
  });

  it('writes named bits without trailing zeros', () => {
    expect(hex((writer) => writer.namedBits(0))).toBe('030100');
    expect(hex((writer) => writer.namedBits(0b1100000))).toBe('03020106');
    expect(hex((writer) => writer.namedBits(0b100000001))).toBe('0303078080');
  });

  it('writes booleans as 00 and FF', () => {
    expect(hex((writer) => writer.boolean(true))).toBe('0101ff');
    expect(hex((writer) => writer.boolean(false))).toBe('010100');
  });
});
