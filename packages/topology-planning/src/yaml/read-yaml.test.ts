import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { lineFinder, offsetOf } from './locate.ts';
import { readYaml } from './read-yaml.ts';

function value(text: string): unknown {
  const result = readYaml(text);
  if (!result.ok) throw result.error;
  return result.document.value;
}

function refusal(text: string): { code: string; line: number; column: number } {
  const result = readYaml(text);
  if (result.ok) throw new Error(`was accepted: ${JSON.stringify(result.document.value)}`);
  return { code: result.error.code, ...lineFinder(text)(result.error.offset) };
}

describe('readYaml', () => {
  it('reads mappings, lists, brackets, quotes and comments', () => {
    const text = `# a comment
---
name: contoso.example   # behind a value
empty:
list:
- one
- "two: 2"
- 'it''s'
-
  deep: { a: [1, -2.5, true], "b":null }
pairs:
  - key: v
    other: w
  - - x
    - z
url: https://a.example/#x
`;
    expect(value(text)).toEqual({
      name: 'contoso.example',
      empty: null,
      list: ['one', 'two: 2', "it's", { deep: { a: [1, -2.5, true], b: null } }],
      pairs: [{ key: 'v', other: 'w' }, ['x', 'z']],
      url: 'https://a.example/#x',
    });
  });

  it('reads what stands behind a byte order mark as if it were not there', () => {
    for (const text of [
      '# a comment\na: 1\nb: 2\n',
      'a: 1\nb: 2\n',
      '---\na: 1\nb: 2\n',
      '- 1\n- 2\n',
      '{ "a": 1 }',
    ])
      expect([text, value(`\uFEFF${text}`)]).toEqual([text, value(text)]);
  });

  it('reads JSON, on one line and over many', () => {
    const json = { a: [{ b: 'c' }, []], d: {}, e: 'ä\n"', f: -0.5 };
    expect(value(JSON.stringify(json))).toEqual(json);
    expect(value(JSON.stringify(json, null, 2))).toEqual(json);
  });

  it.each([
    ['a dash alone in brackets', 'a: [-]\n', 'syntax', 1, 5],
    ['a name that begins with a brace', 'a:\n{: 1\n', 'syntax', 2, 1],
    ['an anchor', 'a: &x 1\nb: 2\n', 'alias-not-allowed', 1, 4],
    ['an alias', 'a: 1\nb: *x\n', 'alias-not-allowed', 2, 4],
    ['a tag', 'a: !!str 1\n', 'syntax', 1, 4],
    ['a block text', 'a: |\n  text\n', 'syntax', 1, 4],
    ['a second document', 'a: 1\n---\nb: 2\n', 'syntax', 2, 1],
    ['a field given twice', 'a: 1\nb: 2\na: 3\n', 'duplicate-field', 3, 1],
    ['a field given twice in brackets', 'x: {a: 1, a: 2}\n', 'duplicate-field', 1, 11],
    ['the field __proto__', '{"__proto__": 1}', 'syntax', 1, 2],
    ['a tab', 'a:\n\tb: 1\n', 'syntax', 2, 1],
    ['an unclosed quote', 'a: "b\nc: 1\n', 'syntax', 1, 4],
    ['an unclosed bracket', 'a: [1, 2\n', 'syntax', 1, 4],
    ['a value over two lines', 'a: one\n  two\n', 'syntax', 2, 3],
    ['two colons on a line', 'a: b: c\n', 'syntax', 1, 5],
    ['a wrong indentation', 'a:\n  b: 1\n c: 2\n', 'syntax', 3, 2],
    ['no for false', 'a: no\n', 'ambiguous-scalar', 1, 4],
    ['a number with a leading zero', 'a: 0755\n', 'ambiguous-scalar', 1, 4],
    ['a sexagesimal number', 'a: 1:20\n', 'ambiguous-scalar', 1, 4],
    ['half a surrogate pair', 'a: "\\ud800"\n', 'syntax', 1, 4],
  ])('refuses %s, with its place', (_, text, code, line, column) => {
    expect(refusal(text)).toEqual({ code, line, column });
  });

  it('refuses a text of 50 MB before it reads any of it', () => {
    expect(refusal(`a: ${'x'.repeat(50 * 1024 * 1024)}`).code).toBe('document-too-large');
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['braces', '{"a":'.repeat(100_000)],
    ['dashes on one line', '- '.repeat(100_000)],
    ['indented fields', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])('refuses deep nesting by %s', (_, text) => {
    expect(refusal(text).code).toBe('nesting-too-deep');
  });

  it('refuses an alias bomb at its first anchor', () => {
    const lines = ['a: &a ["x","x","x","x","x","x","x","x","x"]'];
    for (let i = 1; i < 9; i++) lines.push(`b${i}: &b${i} [*a,*a,*a,*a,*a,*a,*a,*a,*a]`);
    expect(refusal(lines.join('\n'))).toEqual({ code: 'alias-not-allowed', line: 1, column: 4 });
  });

  it('finds the place of a name and of a value by path', () => {
    const text = 'servers:\n  - fqdn: a.example\n    role: edge\n  - {fqdn: b.example}\n';
    const result = readYaml(text);
    if (!result.ok) throw result.error;
    const place = lineFinder(text);
    const at = (path: (string | number)[], target?: 'name' | 'value') =>
      place(offsetOf(result.document, path, target));
    expect(at(['servers', 0, 'role'])).toEqual({ line: 3, column: 5 });
    expect(at(['servers', 0, 'role'], 'value')).toEqual({ line: 3, column: 11 });
    expect(at(['servers', 1, 'fqdn'], 'value')).toEqual({ line: 4, column: 12 });
    expect(at(['servers', 1, 'missing'])).toEqual({ line: 4, column: 5 });
  });

  it('reads whatever the writer of the yaml package writes in quotes as that package reads it', () => {
    const key = fc
      .stringMatching(/^[a-z][a-zA-Z0-9 _.@-]{0,8}$/)
      .filter((name) => name.trim() === name && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name));
    const scalar = fc.oneof(
      fc
        .string({ unit: 'grapheme', maxLength: 12 })
        .filter((text) => !/[\u2028\u2029\u007f-\u009f\ufeff\ufffe\uffff]/.test(text)),
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.boolean(),
      fc.constant(null),
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        scalar,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node;
    const options = {
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'PLAIN',
      lineWidth: 0,
      doubleQuotedAsJSON: true,
      doubleQuotedMinMultiLineLength: 1e9,
    } as const;
    fc.assert(
      fc.property(tree, fc.constantFrom('any', 'block', 'flow'), (node, style) => {
        const text = stringify(node, { ...options, collectionStyle: style as 'any' });
        expect(value(text)).toEqual(node);
      }),
      { numRuns: 500 },
    );
  });

  it('never accepts a text that another YAML reader reads differently', () => {
    const token = fc.constantFrom(
      ...[
        'a',
        'b',
        ': ',
        ':',
        '- ',
        '-',
        '\n',
        '\n  ',
        '\n    ',
        ' ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        ',',
        '"',
        "'",
        '#',
        ' #',
      ],
      ...['1', '0', '.5', 'true', 'no', '~', '---', '?', '&', '*', '\\', 'é', '1e3', '0x1'],
    );
    const text = fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''));
    fc.assert(
      fc.property(text, (text) => {
        const ours = readYaml(text);
        if (!ours.ok) return;
        const theirs = parseDocument(text, { uniqueKeys: true, strict: true });
        expect(theirs.errors.map((error) => error.message)).toEqual([]);
        expect(ours.document.value).toEqual(theirs.toJS() ?? null);
      }),
      { numRuns: 20_000 },
    );
    // The property says something of accepted texts only; of these, always the same ones, both kinds are many.
    const read = fc.sample(text, { seed: 1, numRuns: 2_000 }).filter((each) => readYaml(each).ok);
    expect(read.length).toBeGreaterThan(50);
    expect(read.length).toBeLessThan(1_950);
  });
});
