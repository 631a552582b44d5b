import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LazyName } from './read-name.ts';
import { createName } from './write-name.ts';

describe('the comparison key of a name', () => {
  it('is the same whether or not the parts of the name were made before', () => {
    const attribute = fc.record({
      oid: fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11'),
      value: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 5 }), (attributes) => {
        const { der } = createName(attributes);
        const untouched = new LazyName(der, 0, der.length);
        const taken = new LazyName(der, 0, der.length);
        expect(taken.rdns).toHaveLength(attributes.length);
        expect(untouched.canonical).toBe(taken.canonical);
      }),
    );
  });
});
