import { describe, expect, it } from 'vitest';
import { PassedTags } from './forwarded-to-tags.ts';

describe('the devices whose answers went back', () => {
  it('are known by their tags, and an answer without one is of none of them', () => {
    const passed = new PassedTags();
    for (const tag of ['a', 'b', 'a', undefined]) passed.add(tag);
    expect(['a', 'b', 'c', undefined].map((tag) => passed.has(tag))).toEqual([true, true, false, false]);
  });

  it('are 33 that are kept; after that each other one may be one of them, so that no call ends that goes on', () => {
    const passed = new PassedTags();
    for (let i = 0; i < 32; i++) passed.add(`t${i}`);
    expect(passed.has('other')).toBe(false);
    passed.add('t32');
    expect([passed.has('t0'), passed.has('other')]).toEqual([true, true]);
  });
});
