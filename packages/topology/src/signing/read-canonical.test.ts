import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../document/canonical-json.ts';
import { readCanonical } from './read-canonical.ts';

function refusal(text: string): string {
  const result = readCanonical(text);
  return result.ok ? 'accepted' : result.message;
}

/** Nested arrays with the given number of levels. */
function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('reading canonical JSON', () => {
  it('gives what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        const result = readCanonical(text);
        // Values with characters that nobody can see are refused, see below.
        if (result.ok) expect(canonicalJson(result.value)).toBe(text);
        else expect(result.message).toMatch(/is not visible|named __proto__/);
      }),
    );
  });

  it('counts levels before it builds anything', () => {
    expect(refusal(nested(16))).toBe('accepted');
    expect(refusal(nested(17))).toBe('The text is nested more than 16 levels deep.');
    expect(refusal('['.repeat(2_000_000))).toBe('The text is nested more than 16 levels deep.');
    expect(refusal('{"a":'.repeat(17))).toBe('The text is nested more than 16 levels deep.');
  });

  it('counts values and characters before it builds anything', () => {
    expect(refusal(`[${'0,'.repeat(2_999_997)}0]`)).toBe('accepted');
    expect(refusal(`[${'0,'.repeat(2_999_999)}0]`)).toBe('The text has more than 3000000 values.');
    expect(refusal(`"${'x'.repeat(24 * 1024 * 1024)}"`)).toBe(
      'The text has 25165826 characters; at most 25165824 are allowed.',
    );
  });

  it('counts no bracket or comma of a string', () => {
    for (const text of [
      '[['.repeat(20),
      '\\"[['.repeat(20),
      '\\\\',
      '\\\\\\"[['.repeat(20),
      ','.repeat(20),
    ]) {
      expect(refusal(`["${text}"]`), text).toBe('accepted');
    }
    expect(refusal(`["\\\\",${nested(16)}]`)).toBe('The text is nested more than 16 levels deep.');
  });

  it.each([
    ['a field given twice', '{"a":1,"a":1}'],
    ['a field given twice, once with an escape', '{"a":1,"\\u0061":1}'],
    ['fields in another order', '{"b":1,"a":1}'],
    ['white space', '{"a": 1}'],
    ['a line break at the end', '[]\n'],
    ['a needless escape', '["\\u0061"]'],
    ['an escaped solidus', '["\\/"]'],
    ['a number in another form', '[1.0]'],
    ['a negative zero', '[-0]'],
    ['a number that is not finite', '[1e999]'],
    ['a lone surrogate as escape', '["\\ud800"]'],
    ['a lone surrogate', '["\ud800"]'],
    ['a separator of lines', '["\u2028"]'],
    ['a control character', '["\u0085"]'],
    ['a byte order mark', '\ufeff[]'],
    ['a field __proto__', '{"__proto__":{}}'],
    ['a field __proto__ with an escape', '{"\\u005f_proto__":{}}'],
    ['a comment', '[]//'],
    ['YAML', 'a: 1'],
    ['a string without end', '["a'],
    ['a string that ends in a backslash', '["a\\"'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(readCanonical(text).ok).toBe(false);
  });
});
