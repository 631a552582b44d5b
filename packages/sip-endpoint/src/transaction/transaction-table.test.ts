import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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

  it.each([
    ['one', 1, 10, 20],
    ['a thousand', 1_000, 1, 3],
  ])('is renewed now and then, the more rarely the more there are: %s', (_, held, least, most) => {
    const table = new TransactionTable<string>();
    for (let i = 0; i < held; i++) table.set(`long ${i}`, '');
    let made = 0;
    class CountedMap<K, V> extends Map<K, V> {
      constructor(entries?: Iterable<readonly [K, V]>) {
        super(entries);
        made++;
      }
    }
    vi.stubGlobal('Map', CountedMap);
    onTestFinished(() => void vi.unstubAllGlobals());
    for (let i = 0; i < 10_000; i++) {
      table.set(`short ${i}`, '');
      table.delete(`short ${i}`);
    }
    expect(made).toBeGreaterThanOrEqual(least);
    expect(made).toBeLessThanOrEqual(most);
    expect(table.size).toBe(held);
  });
});
