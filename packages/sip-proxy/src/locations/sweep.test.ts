import { describe, expect, it } from 'vitest';
import { Sweep } from './sweep.ts';

describe('a pass in parts', () => {
  it('visits each entry once, and then begins again', () => {
    const sweep = new Sweep(new Map([...'abcde'].map((key, index) => [key, index])));
    const part = (count: number) => {
      const seen: string[] = [];
      sweep.some(count, (key, value) => void seen.push(`${key}${value}`));
      return seen.join(' ');
    };
    expect([part(2), part(2), part(2), part(3)]).toEqual(['a0 b1', 'c2 d3', 'e4', 'a0 b1 c2']);
  });

  it('goes on where a visit removes what it looks at, and over what is added behind it', () => {
    const map = new Map([
      ['a', 0],
      ['b', 1],
    ]);
    const sweep = new Sweep(map);
    sweep.some(1, (key) => void map.delete(key));
    map.set('c', 2);
    const seen: string[] = [];
    sweep.some(9, (key) => void seen.push(key));
    expect(seen).toEqual(['b', 'c']);
  });
});
