import { describe, expect, it } from 'vitest';
import { digestAlgorithm, digestHex, digestHexLength } from './algorithm.ts';

// Values published elsewhere: the "abc" examples of FIPS 180-4 (NIST), RFC 1321 §A.5, and the empty hash of RFC 8760 §2.6.
describe('digestHex', () => {
  it.each([
    ['SHA-512-256', 'abc', '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23'],
    ['SHA-256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA-256', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['MD5', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
  ] as const)('is the published value of %s for "%s"', (algorithm, text, hex) => {
    expect(digestHex(algorithm, text)).toBe(hex);
    expect(digestHex(algorithm, Buffer.from(text))).toBe(hex);
    expect(hex).toHaveLength(digestHexLength[algorithm]);
  });

  it('hashes text as UTF-8', () => {
    expect(digestHex('SHA-256', 'ü')).toBe(digestHex('SHA-256', Uint8Array.of(0xc3, 0xbc)));
  });
});

describe('digestAlgorithm', () => {
  it('knows three names in any case, takes none for MD5, and no session variant', () => {
    expect(['sha-256', 'Sha-512-256', 'md5', undefined].map(digestAlgorithm)).toEqual([
      'SHA-256',
      'SHA-512-256',
      'MD5',
      'MD5',
    ]);
    for (const name of ['SHA-256-sess', 'SHA-512', 'SHA256', ''])
      expect(digestAlgorithm(name)).toBeUndefined();
  });
});
