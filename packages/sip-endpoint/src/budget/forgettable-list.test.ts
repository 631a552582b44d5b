import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Forgettable, ForgettableList } from './forgettable-list.ts';

function itemsOf(list: ForgettableList) {
  const forgotten: number[] = [];
  const item = (name: number): Forgettable => ({
    older: undefined,
    newer: undefined,
    forget() {
      forgotten.push(name);
      list.remove(this);
    },
  });
  return { forgotten, item };
}

describe('what is kept as long as there is room', () => {
  it('goes in the order in which it came, whatever else has gone before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('add', 'remove', 'forget'), fc.nat()), { maxLength: 60 }),
        (steps) => {
          const list = new ForgettableList();
          const { forgotten, item } = itemsOf(list);
          const kept: [number, Forgettable][] = [];
          const expected: number[] = [];
          for (const [i, [step, at]] of steps.entries()) {
            if (step === 'add') {
              const added = item(i);
              kept.push([i, added]);
              list.add(added);
            } else if (step === 'remove') {
              const [gone] = kept.splice(at % (kept.length + 1), 1);
              if (gone === undefined) continue;
              list.remove(gone[1]);
              list.remove(gone[1]);
            } else {
              const oldest = kept.shift();
              if (oldest !== undefined) expected.push(oldest[0]);
              expect(list.forgetOldest()).toBe(oldest !== undefined);
            }
          }
          expect(forgotten).toEqual(expected);
          while (list.forgetOldest());
          expect(forgotten).toEqual([...expected, ...kept.map(([name]) => name)]);
        },
      ),
    );
  });
});
