import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonicalJson', () => {
  it('sorts members by UTF-16 code units, in every object', () => {
    const value = {
      '\u20ac': 1,
      '\r': 2,
      '\ufb33': 3,
      '1': 4,
      '\u{1f600}': 5,
      '\u0080': 6,
      ö: { b: 1, a: [] },
    };
    const keys = [...canonicalJson(value).matchAll(/"((?:[^"\\]|\\.)*)":/g)].map((match) => match[1]);
    expect(keys).toEqual(['\\r', '1', '\u0080', 'ö', 'a', 'b', '\u20ac', '\u{1f600}', '\ufb33']);
  });

  it.each([
    [Number('333333333.33333329'), '333333333.3333333'],
    [1e30, '1e+30'],
    [4.5, '4.5'],
    [2e-3, '0.002'],
    [1e-27, '1e-27'],
    [-0, '0'],
    [9007199254740992, '9007199254740992'],
  ])('writes the number %s as ECMAScript does', (number, text) => {
    expect(canonicalJson(number)).toBe(text);
  });

  it('escapes what must be escaped and nothing else', () => {
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/\u007f')).toBe(
      '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f"',
    );
  });

  it('leaves undefined members out', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
    ['a hole in a list', Array(1)],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['half a surrogate pair', '\ud800'],
    ['half a surrogate pair as a name', { '\udc00': 1 }],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'ENTENTE_NOT_CANONICAL' }));
  });

  it('refuses a value that is deeper than 64 levels, or contains itself', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => canonicalJson(circle)).toThrow(expect.objectContaining({ code: 'ENTENTE_NOT_CANONICAL' }));
  });

  it('gives the same text whatever the order of members, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(plain);
        expect(JSON.parse(text)).toEqual(plain);
        expect(canonicalJson(Object.fromEntries(Object.entries(plain).reverse()))).toBe(text);
      }),
    );
  });
});
