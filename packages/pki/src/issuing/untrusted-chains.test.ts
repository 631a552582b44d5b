import { describe, expect, it } from 'vitest';
import type { PkiRefusal } from '../ground/refusal.ts';
import { UntrustedChains } from './untrusted-chains.ts';

const refusal = { reason: 'not-trusted' } as unknown as PkiRefusal;
const chain = (...octets: number[]) => octets.map((octet) => Uint8Array.of(octet));
const start = () => new UntrustedChains({ anchors: [] });

describe('a chain that relying parties refuse', () => {
  it('is known for a minute, of the same profile', () => {
    const chains = start();
    chains.note('server', chain(1, 2), refusal, 0);
    expect(chains.find('server', chain(1, 2), 59_999)).toBe(refusal);
    expect(chains.find('server', chain(1, 2), 60_000)).toBeUndefined();
    expect(chains.find('user', chain(1, 2), 1)).toBeUndefined();
  });

  it('is known beside another one that is asked for in turn, as in a rollover', () => {
    const chains = start();
    chains.note('server', chain(1, 2), refusal, 0);
    chains.note('server', chain(3, 2), refusal, 1);
    expect(chains.find('server', chain(1, 2), 2)).toBe(refusal);
    expect(chains.find('server', chain(3, 2), 2)).toBe(refusal);
  });

  it('is told from one whose certificates are cut elsewhere', () => {
    const chains = start();
    chains.note('server', [Uint8Array.of(1, 2), Uint8Array.of(3)], refusal, 0);
    expect(chains.find('server', [Uint8Array.of(1), Uint8Array.of(2, 3)], 1)).toBeUndefined();
  });

  it('is forgotten once 32 others have been refused since', () => {
    const chains = start();
    chains.note('server', chain(200), refusal, 0);
    for (let count = 0; count < 31; count++) chains.note('server', chain(count), refusal, 0);
    expect(chains.find('server', chain(200), 1)).toBe(refusal);
    chains.note('server', chain(0), refusal, 1);
    chains.note('server', chain(31), refusal, 1);
    expect(chains.find('server', chain(200), 1)).toBeUndefined();
    expect(chains.find('server', chain(0), 1)).toBe(refusal);
    expect(chains.find('server', chain(31), 1)).toBe(refusal);
  });
});
