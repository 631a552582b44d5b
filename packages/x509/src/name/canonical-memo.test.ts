import { describe, expect, it } from 'vitest';
import { rememberedCanonical } from './canonical-memo.ts';

function hex(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('hex');
}

describe('the memo of canonical forms', () => {
  it('gives every name its own form, far more names than it has room for, written one over the other', () => {
    const bytes = new Uint8Array(8);
    for (let name = 0; name < 0x4000; name++) {
      const to = 6 + (name & 1);
      bytes[4] = name >> 8;
      bytes[5] = name;
      expect(rememberedCanonical(bytes, 2, to, hex)).toBe(hex(bytes, 2, to));
    }
  });

  it('makes the form of a name once, wherever the name lies', () => {
    const name = Uint8Array.of(7, 1, 7, 2);
    expect(rememberedCanonical(name, 0, 4, hex)).toBe('07010702');
    expect(rememberedCanonical(Uint8Array.of(0, 0, ...name, 0), 2, 6, () => 'made again')).toBe('07010702');
  });

  it('keeps names of up to 256 octets', () => {
    const long = new Uint8Array(257).fill(9);
    for (const length of [256, 257]) rememberedCanonical(long, 0, length, () => 'first');
    expect(rememberedCanonical(long, 0, 256, () => 'again')).toBe('first');
    expect(rememberedCanonical(long, 0, 257, () => 'again')).toBe('again');
  });
});
