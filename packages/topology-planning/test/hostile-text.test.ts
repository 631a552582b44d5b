import { contoso, now } from '@entente/testkit/topology';
import { canonicalJson, topologyHash, verifyTopology } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { good, head } from './fixtures/spoilt.ts';

const text = head + good;
const pieces = [
  '\n',
  '  ',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  ',',
  '&',
  '*',
  '~',
  '\u0000',
  '\ud800',
  'é',
  '__proto__',
  '1e9',
  '-1',
];

/** Texts that differ from the good one and mean the same: what the property says of accepted texts, it says of these. */
const accepted = [`# a comment\n${text}`, `${text}\n\n`, text.replaceAll(': ', ':  ')];

/** A text with some places cut out, repeated, moved or written over. */
const mangled = fc
  .array(
    fc.record({
      at: fc.nat(text.length - 1),
      length: fc.nat(40),
      what: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 8 })),
      how: fc.constantFrom('cut', 'insert', 'replace', 'double'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((edited, { at, length, what, how }) => {
      const before = edited.slice(0, at);
      const part = edited.slice(at, at + length);
      const after = edited.slice(at + length);
      if (how === 'cut') return before + after;
      if (how === 'insert') return before + what + part + after;
      return how === 'replace' ? before + what + after : before + part + part + after;
    }, text),
  );

describe('whatever a text says', () => {
  it('reading it gives a topology or problems with places, and never throws', () => {
    for (const variant of accepted) expect(parseTopology(variant).ok).toBe(true);
    fc.assert(
      fc.property(mangled, (hostile) => {
        const result = parseTopology(hostile);
        const problems = result.ok ? result.warnings : result.problems;
        const lines = hostile.split(/\r?\n/);
        for (const { line = 0, column = 0, message, remedy } of problems) {
          expect(line >= 1 && line <= lines.length && column >= 1).toBe(true);
          expect(message.length * remedy.length).toBeGreaterThan(0);
        }
        if (!result.ok) {
          expect(problems.some((problem) => problem.severity === 'error')).toBe(true);
          return;
        }
        // What was read can be written canonically, and reads back as the same document.
        const again = parseTopology(canonicalJson(result.topology.document));
        expect(again.ok && again.topology.hash).toBe(topologyHash(result.topology.document));
      }),
      { numRuns: 3_000, examples: accepted.map((variant) => [variant]) },
    );
  });

  it('verifying it gives a refusal, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(mangled, fc.string(), fc.json()), (hostile) => {
        const result = verifyTopology(hostile, { known: { document: contoso }, now });
        expect(result.accepted).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
