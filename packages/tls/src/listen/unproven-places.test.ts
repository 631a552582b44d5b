import { describe, expect, it } from 'vitest';
import { patienceMs, UnprovenPlaces } from './unproven-places.ts';

interface Client {
  readonly name: string;
}

/** Sixteen places. */
function start({ proves = true } = {}) {
  let now = 0;
  const places = new UnprovenPlaces<Client>({ max: 16, proves, now: () => now });
  const known = new Map<string, Client>();
  const pass = (ms: number): void => {
    now += ms;
  };
  /** Comes a moment after the one before it, from the address that its name begins with; gives who is closed for it. */
  const enter = (name: string, { afterMs = patienceMs, proven = 0 } = {}): string | undefined => {
    const client = { name };
    known.set(name, client);
    pass(afterMs);
    return places.enter(client, name.slice(0, 1), proven)?.name;
  };
  const leave = (name: string) => places.leave(known.get(name) ?? { name });
  const enterAll = (...names: string[]) => names.map((name) => enter(name)).filter(Boolean);
  return { enter, enterAll, giveWay: () => places.giveWay()?.name, leave, pass, places };
}

describe('of connections on which nobody is proven', () => {
  it('the oldest of the address that has most gives way once half of the places are taken', () => {
    const { enterAll, places } = start();
    expect(enterAll('a1', 'a2', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6')).toEqual([]);
    expect(enterAll('c1', 'c2', 'b7')).toEqual(['b1', 'b2', 'b3']);
    expect(places.count).toBe(8);
    // Then it has no more than another address, which has had as many for longer.
    expect(enterAll('d1', 'e1', 'f1')).toEqual(['b4', 'b5', 'a1']);
  });

  it('none gives way before all places are taken where nobody proves anything, and then the oldest of the address that has most', () => {
    const { enter, enterAll, giveWay } = start({ proves: false });
    expect(enter('x1')).toBeUndefined();
    // Renewed all the time: none of these is as old as the one that reads for long.
    const renewed = Array.from({ length: 15 }, (_, i) =>
      enter(`a${i}`, { afterMs: i === 0 ? patienceMs : 1 }),
    );
    expect(renewed.filter(Boolean)).toEqual([]);
    expect([giveWay(), giveWay()]).toEqual(['a0', 'a1']);
    expect(enterAll('b1', 'b2')).toEqual([]);
  });

  it('none gives way while there is room, and again once one has left or proven itself', () => {
    const { enter, enterAll, leave } = start();
    enterAll('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8');
    leave('a1');
    leave('a1');
    leave('never came');
    expect(enter('b1')).toBeUndefined();
    expect(enter('b2')).toBe('a2');
  });

  it('there are fewer the more are proven, and room for an eighth of all in any case', () => {
    const { enter } = start();
    expect(enter('a1', { proven: 8 })).toBeUndefined();
    expect(enter('a2', { proven: 14 })).toBeUndefined();
    expect(enter('a3', { proven: 14 })).toBe('a1');
    expect(enter('a4', { proven: 5 })).toBeUndefined();
    expect(enter('a5', { proven: 5 })).toBe('a2');
  });

  it('one that has just come has time to prove itself, also where its address has most; the oldest goes in its place', () => {
    const { enter, enterAll, places } = start();
    enterAll('a1', 'b1', 'c1', 'd1', 'e1');
    for (const name of ['x1', 'x2', 'x3']) expect(enter(name, { afterMs: 1 })).toBeUndefined();
    expect(enter('f1', { afterMs: 1 })).toBe('a1');
    expect(enter('f2', { afterMs: patienceMs })).toBe('x1');
    expect(places.count).toBe(8);
  });

  it('one keeps its place for the 30 seconds that a telephone is told to wait before it registers', () => {
    const { enter, pass } = start();
    enter('a1', { afterMs: 1 });
    pass(10_000);
    for (const name of ['x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7']) enter(name, { afterMs: 1 });
    expect(enter('y1', { afterMs: 31_000 })).toBe('a1');
    expect(enter('y2', { afterMs: 1 })).toBeUndefined();
    expect(enter('y3', { afterMs: 10_000 })).toBe('x1');
  });

  it('one gives way at once where there is no place at all: the oldest, whenever it came', () => {
    const { enter, giveWay, pass, places } = start();
    for (const name of ['a1', 'b1', 'b2']) enter(name, { afterMs: 1 });
    expect([giveWay(), giveWay(), giveWay(), giveWay()]).toEqual(['b1', 'a1', 'b2', undefined]);
    expect(places.count).toBe(0);
    pass(1);
    expect(enter('a1')).toBeUndefined();
  });
});
