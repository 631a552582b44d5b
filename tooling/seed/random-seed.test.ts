import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxSeed, randomSeed, seedInCi } from './random-seed.ts';

const drawn = () => 42;

describe('the seed of random tests', () => {
  it('is ENTENTE_SEED where it is set, in CI too', () => {
    expect(randomSeed({ ENTENTE_SEED: '7' }, drawn)).toBe(7);
    expect(randomSeed({ ENTENTE_SEED: `${maxSeed}`, CI: 'true' }, drawn)).toBe(maxSeed);
  });

  it('is fixed in CI, and fresh elsewhere', () => {
    expect(randomSeed({ CI: 'true' }, drawn)).toBe(seedInCi);
    for (const environment of [{}, { CI: '' }, { CI: 'false' }, { ENTENTE_SEED: '' }]) {
      expect(randomSeed(environment, drawn)).toBe(42);
    }
  });

  it.each(['0', '-1', '1.5', '0x7', 'seven', ' 7', `${maxSeed + 1}`])('refuses "%s"', (text) => {
    expect(() => randomSeed({ ENTENTE_SEED: text }, drawn)).toThrow(/expected a whole number/);
  });

  it('is the one that properties draw from: two properties of one run see the same values', () => {
    const draws = () => {
      const seen: number[] = [];
      fc.assert(fc.property(fc.nat(), (value) => void seen.push(value)));
      return seen;
    };
    const { ENTENTE_SEED: seed } = process.env;
    expect(fc.readConfigureGlobal().seed).toBe(Number(seed));
    expect(draws()).toEqual(draws());
  });
});
