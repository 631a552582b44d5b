import { describe, expect, it } from 'vitest';
import { FairPlaces } from './connection-slots.ts';

describe('places that addresses share', () => {
  const open = (max: number, maxPerGroup: number, busy: readonly string[] = []) =>
    new FairPlaces<string>({ max, maxPerGroup, isIdle: (holder) => !busy.includes(holder) });
  const fill = (places: FairPlaces<string>, group: string, count: number) => {
    for (let i = 0; i < count; i++) places.enter(`${group}${i}`, group);
  };

  it('leave one address no more than its bound, and room again when one leaves', () => {
    const places = open(10, 3);
    fill(places, 'a', 3);
    expect(places.enter('a3', 'a')).toEqual({ admitted: false });
    expect(places.enter('b0', 'b')).toEqual({ admitted: true, displaced: undefined });
    places.leave('a1');
    places.leave('a1');
    expect(places.enter('a3', 'a')).toEqual({ admitted: true, displaced: undefined });
    expect(places.count).toBe(4);
  });

  it('give a newcomer one of the address that has most, when all are taken: the oldest that is idle', () => {
    const places = open(6, 4, ['a0']);
    fill(places, 'a', 4);
    fill(places, 'b', 2);
    expect(places.enter('c0', 'c')).toEqual({ admitted: true, displaced: 'a1' });
    expect(places.count).toBe(6);
  });

  it('give nobody one of an address that has fewer than the newcomer’s would', () => {
    const places = open(6, 6);
    fill(places, 'a', 3);
    fill(places, 'b', 3);
    expect(places.enter('a3', 'a')).toEqual({ admitted: false });
    expect(places.enter('c0', 'c').admitted).toBe(true);
  });

  it('give a newcomer one even where every address has one alone, unless all of them are busy', () => {
    const places = open(3, 2, ['a0']);
    for (const group of ['a', 'b', 'c']) places.enter(`${group}0`, group);
    expect(places.enter('d0', 'd')).toEqual({ admitted: true, displaced: 'b0' });
    const busy = open(2, 2, ['a0', 'b0']);
    for (const group of ['a', 'b']) busy.enter(`${group}0`, group);
    expect(busy.enter('c0', 'c')).toEqual({ admitted: false });
    const many = open(2, 2, ['a0', 'a1']);
    fill(many, 'a', 2);
    expect(many.enter('c0', 'c')).toEqual({ admitted: true, displaced: 'a0' });
  });

  it('are never more than there are, and a reader finds one in any flood of idle connections', () => {
    const places = open(50, 8);
    for (let i = 0; i < 2_000; i++) {
      places.enter(`flood${i}`, `address${i % 97}`);
      expect(places.count).toBeLessThanOrEqual(50);
      expect(places.enter(`reader${i}`, 'reader').admitted).toBe(true);
      places.leave(`reader${i}`);
    }
  });
});
