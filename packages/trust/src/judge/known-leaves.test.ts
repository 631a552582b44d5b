import type { Certificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { KnownLeaves } from './known-leaves.ts';
import { LeafState } from './leaf-state.ts';

const leafOf = (der: Uint8Array): LeafState => new LeafState({ der } as Certificate);
const numbered = (number: number): LeafState => leafOf(Uint8Array.of(number >> 8, number & 0xff));

describe('what is known of leaves', () => {
  it('counts for exactly the same octets, wherever they are in memory', () => {
    const leaves = new KnownLeaves();
    const leaf = leafOf(Uint8Array.of(1, 2, 3));
    leaves.remember(leaf);
    expect(leaves.of(Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4))).toBe(leaf);
    for (const other of [[1, 2], [1, 2, 4], [1, 2, 3, 0], []]) {
      expect(leaves.of(Uint8Array.from(other))).toBeUndefined();
    }
  });

  it('is kept for the last 511 leaves at least, for 1,024 at most', () => {
    const leaves = new KnownLeaves();
    const all = Array.from({ length: 5_000 }, (_, number) => numbered(number));
    const [often] = all as [LeafState];
    for (const leaf of all) {
      leaves.remember(leaf);
      expect(leaves.of(often.certificate.der)).toBe(often);
    }
    // The latest first: what is asked for counts as new, and takes the place of what was not.
    const known = [...all].reverse().filter(({ certificate: { der } }) => leaves.of(der) !== undefined);
    expect(known.slice(0, 511)).toEqual(all.slice(-511).reverse());
    expect(known.length).toBeLessThanOrEqual(1_024);
  });

  it('takes 2 MB at most, however large the leaves are, and is kept of the last 1 MB', () => {
    const leaves = new KnownLeaves();
    const all = Array.from({ length: 300 }, (_, number) => {
      const der = new Uint8Array(16_384);
      der[0] = number >> 8;
      der[1] = number & 0xff;
      return leafOf(der);
    });
    for (const leaf of all) leaves.remember(leaf);
    // The latest first, as above.
    const known = all.map(({ certificate: { der } }) => der).reverse();
    const kept = known.map((der) => leaves.of(der) !== undefined);
    expect(kept.slice(0, 63)).toEqual(new Array(63).fill(true));
    expect(kept.filter(Boolean).length * 16_384).toBeLessThanOrEqual(2 * 1_024 * 1_024);
  });

  it('is not kept of a leaf of more than 16,384 octets', () => {
    const leaves = new KnownLeaves();
    const [largest, larger] = [leafOf(new Uint8Array(16_384)), leafOf(new Uint8Array(16_385))];
    for (const leaf of [largest, larger]) leaves.remember(leaf);
    expect(leaves.of(largest.certificate.der)).toBe(largest);
    expect(leaves.of(larger.certificate.der)).toBeUndefined();
  });

  it('is forgotten when it is cleared', () => {
    const leaves = new KnownLeaves();
    const all = Array.from({ length: 600 }, (_, number) => numbered(number));
    for (const leaf of all) leaves.remember(leaf);
    leaves.clear();
    leaves.remember(leafOf(Uint8Array.of(9)));
    for (const { certificate } of all) expect(leaves.of(certificate.der)).toBeUndefined();
  });
});
