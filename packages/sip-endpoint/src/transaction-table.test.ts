import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransactionTable } from './transaction-table.ts';

describe('a table of transactions', () => {
  it('holds what a map holds, however often it is renewed', () => {
    const step = fc.record({ key: fc.nat(40), put: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1_000, maxLength: 4_000, size: 'max' }), (steps) => {
        const table = new TransactionTable<number>();
        const map = new Map<string, number>();
        steps.forEach(({ key, put }, value) => {
          if (put) {
            table.set(`${key}`, value);
            map.set(`${key}`, value);
          } else {
            table.delete(`${key}`);
            map.delete(`${key}`);
          }
          expect(table.get(`${key}`)).toBe(map.get(`${key}`));
          expect(table.size).toBe(map.size);
        });
        expect([...table.values()].sort()).toEqual([...map.values()].sort());
      }),
      { numRuns: 20 },
    );
  });

  it('keeps those that are under way while thousands come and go', () => {
    const table = new TransactionTable<string>();
    table.set('long', 'an INVITE that rings');
    for (let i = 0; i < 10_000; i++) {
      table.set(`short ${i}`, '');
      table.delete(`short ${i}`);
    }
    expect(table.get('long')).toBe('an INVITE that rings');
    expect(table.size).toBe(1);
  });
});
