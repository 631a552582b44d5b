import { describe, expect, it } from 'vitest';
import { WriteSlab } from './write-slab.ts';

/** Every byte that there is. */
const all = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
const largest = 'x'.repeat(16_384);

describe('the bytes of what is written', () => {
  it('are those of the text, each write by itself, until all of them are taken', () => {
    const slab = new WriteSlab();
    const one = slab.write(all)!;
    const two = slab.write('two')!;
    expect([one.bytes.toString('latin1'), two.bytes.toString('latin1')]).toEqual([all, 'two']);
    one.taken();
    slab.write(all.repeat(2))!.taken();
    expect(two.bytes.toString('latin1')).toBe('two');
    two.taken();
    expect(slab.write('six')!.bytes.byteOffset).toBe(one.bytes.byteOffset);
  });

  it('are not made of a text that is longer than a TLS record', () => {
    const slab = new WriteSlab();
    expect(slab.write(largest)!.bytes).toHaveLength(16_384);
    expect(slab.write(`${largest}x`)).toBeUndefined();
  });

  it('take 2 MiB at most of peers who take nothing, and are there again when these have', () => {
    const slab = new WriteSlab();
    const stuck = Array.from({ length: 8 * 16 }, () => slab.write(largest)!);
    expect(new Set(stuck.map(({ bytes }) => bytes.buffer)).size).toBe(8);
    expect([slab.write('more'), slab.write('')?.bytes.length]).toEqual([undefined, 0]);
    for (const { bytes } of stuck) expect(bytes.toString('latin1')).toBe(largest);
    for (const { taken } of stuck.slice(0, 16)) taken();
    // In a place of its own: seven of the eight still wait.
    const next = slab.write('next')!;
    expect(stuck.every(({ bytes }) => bytes.buffer !== next.bytes.buffer)).toBe(true);
    for (const { bytes } of stuck.slice(16)) expect(bytes.toString('latin1')).toBe(largest);
  });
});
