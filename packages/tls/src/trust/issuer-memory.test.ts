import { describe, expect, it } from 'vitest';
import { IssuerMemory } from './issuer-memory.ts';
import type { Trust } from './trust.ts';

const kilobyte = 1_024;

function tlv(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff), content]);
}

/** As much of a leaf as is read: version, serial number, algorithm, issuer. */
function leafOf(issuer: string): Uint8Array {
  const empty = new Uint8Array(0);
  const fields = [tlv(0xa0, empty), tlv(0x02, empty), tlv(0x30, empty), tlv(0x30, Buffer.from(issuer))];
  return tlv(0x30, tlv(0x30, Buffer.concat(fields)));
}

function started() {
  const memory = IssuerMemory.of({} as Trust);
  const remember = (issuer: string, octets: number): void =>
    memory.remember(leafOf(issuer), [new Uint8Array(octets)]);
  const isKnown = (issuer: string): boolean => memory.above(leafOf(issuer)) !== undefined;
  return { remember, isKnown };
}

describe('the intermediates that are remembered', () => {
  it('take 1 MB at most, and the oldest are forgotten first', () => {
    const { isKnown, remember } = started();
    const issuers = Array.from({ length: 100 }, (_, index) => `CA ${index}`);
    for (const issuer of issuers) remember(issuer, 30 * kilobyte);
    const known = issuers.filter(isKnown);
    expect(known).toEqual(issuers.slice(-34));
  });

  it('are those of 256 issuers at most', () => {
    const { isKnown, remember } = started();
    const issuers = Array.from({ length: 300 }, (_, index) => `CA ${index}`);
    for (const issuer of issuers) remember(issuer, 1);
    expect(issuers.filter(isKnown)).toEqual(issuers.slice(-256));
  });

  it('of one issuer take 32 kB at most, and count once however often they come', () => {
    const { isKnown, remember } = started();
    remember('small', kilobyte);
    for (let count = 0; count < 100; count++) remember('often', 30 * kilobyte);
    remember('large', 33 * kilobyte);
    expect(['small', 'often', 'large'].filter(isKnown)).toEqual(['small', 'often']);
  });
});
