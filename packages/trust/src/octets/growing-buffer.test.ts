import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatheredOctets } from './growing-buffer.ts';

describe('octets that are gathered', () => {
  it('are all that came, in their order, and no more than are kept', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 4_000 }), (given, max) => {
        const gathered = new GatheredOctets(max);
        const kept: number[] = [];
        for (const part of given) {
          const fits = kept.length + part.length <= max;
          expect(gathered.add(part)).toBe(fits);
          if (fits) kept.push(...part);
        }
        expect([...gathered.whole()]).toEqual(kept);
        expect(gathered.length).toBe(kept.length);
      }),
    );
  });

  it('take no more than twice their memory, however small the parts are', () => {
    const gathered = new GatheredOctets(1_000_000);
    const part = new Uint8Array(1);
    for (let i = 0; i < 100_000; i++) gathered.add(part);
    expect(gathered.whole().buffer.byteLength).toBeLessThanOrEqual(200_000);
  });

  it('keep nothing of the memory of their parts', () => {
    const part = new Uint8Array([1, 2]);
    const gathered = new GatheredOctets(2);
    gathered.add(part);
    part.fill(9);
    expect([...gathered.whole()]).toEqual([1, 2]);
  });
});
