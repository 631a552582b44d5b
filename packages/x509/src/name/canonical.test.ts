import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepare } from './canonical.ts';

describe('string preparation', () => {
  it.each([
    ['Contoso', 'contoso'],
    ['  Contoso   Issuing\tCA ', 'contoso issuing ca'],
    ['STRASSE', 'straße'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ﬁle', 'FILE'],
    ['ｃｏｎｔｏｓｏ', 'contoso'],
    ['Ångström', 'a\u030angstro\u0308m'],
    ['soft\u00adhyphen', 'softhyphen'],
    ['zero\u200bwidth', 'zerowidth'],
    ['no\u00a0break', 'no break'],
    ['İstanbul', 'i\u0307stanbul'],
  ])('takes "%s" and "%s" for the same', (one, other) => {
    expect(prepare(one)).toBe(prepare(other));
  });

  it.each([
    ['contoso', 'fabrikam'],
    ['con toso', 'contoso'],
    ['a', 'а'],
    ['o', 'ö'],
  ])('tells "%s" from "%s"', (one, other) => {
    expect(prepare(one)).not.toBe(prepare(other));
  });

  it('never leaves a control character, which the key of a name needs for itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const character of prepare(text)) expect(character.codePointAt(0)).toBeGreaterThanOrEqual(0x20);
      }),
    );
  });

  it('takes ASCII in one pass for what it takes in all of them', () => {
    const ascii = fc.stringMatching(/^[ -~]*$/);
    fc.assert(
      fc.property(ascii, (text) => {
        expect(prepare(text)).toBe(prepare(`${text}\u200b`));
      }),
    );
  });
});
