import { describe, expect, it } from 'vitest';
import { OldestFirst } from './oldest-first.ts';

describe('values in the order in which they came', () => {
  const all = (values: OldestFirst<string>) => {
    const found: string[] = [];
    for (let one = values.first; one !== undefined; one = values.first) {
      found.push(one);
      values.delete(one);
    }
    return found;
  };
  const of = (...names: string[]) => {
    const values = new OldestFirst<string>();
    for (const name of names) values.add(name);
    return values;
  };

  it('leave from the front, the middle and the end', () => {
    const values = of('a', 'b', 'c', 'd', 'e');
    expect(['c', 'a', 'e', 'never came'].map((name) => values.delete(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    values.add('f');
    expect(values.size).toBe(3);
    expect(all(values)).toEqual(['b', 'd', 'f']);
    expect([values.size, values.first]).toEqual([0, undefined]);
    values.add('g');
    expect(all(values)).toEqual(['g']);
  });

  it('keep their place where they are added twice', () => {
    expect(all(of('a', 'b', 'a'))).toEqual(['a', 'b']);
  });
});
