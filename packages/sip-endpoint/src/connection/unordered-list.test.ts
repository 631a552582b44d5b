import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placed, UnorderedList } from './unordered-list.ts';

describe('an unordered list', () => {
  it('holds what a set holds', () => {
    const items = Array.from({ length: 12 }, (): Placed => ({ place: -1 }));
    fc.assert(
      fc.property(fc.array(fc.nat(items.length - 1), { maxLength: 200 }), (steps) => {
        for (const item of items) item.place = -1;
        const list = new UnorderedList<Placed>();
        const set = new Set<Placed>();
        for (const step of steps) {
          const item = items[step]!;
          if (set.delete(item)) list.remove(item);
          else {
            set.add(item);
            list.add(item);
          }
          expect(list.size).toBe(set.size);
          expect(new Set(list.copy())).toEqual(set);
        }
      }),
    );
  });

  it('ignores what is not in it, though that has a place elsewhere', () => {
    const list = new UnorderedList<Placed>();
    const other = new UnorderedList<Placed>();
    const inside = [{ place: -1 }, { place: -1 }];
    const outside = { place: -1 };
    for (const item of inside) list.add(item);
    other.add(outside);
    list.remove({ place: -1 });
    list.remove(outside);
    expect(list.copy()).toEqual(inside);
    expect(other.copy()).toEqual([outside]);
  });

  it('gives out copies, which stay as they are', () => {
    const list = new UnorderedList<Placed>();
    const items = [{ place: -1 }, { place: -1 }, { place: -1 }];
    for (const item of items) list.add(item);
    const copy = list.copy();
    for (const item of copy) list.remove(item);
    expect(copy).toEqual(items);
    expect(list.size).toBe(0);
  });
});
