import { describe, expect, it } from 'vitest';
import { handshakePatienceMs, PendingTurns } from './pending-turns.ts';

interface Client {
  readonly name: string;
}

function start() {
  let now = 0;
  let looks = 0;
  const spoken = new Set<Client>();
  const known = new Map<string, Client>();
  const turns = new PendingTurns<Client>({
    hasSpoken(client) {
      looks++;
      return spoken.has(client);
    },
    now: () => now,
  });
  const client = (name: string): Client => known.get(name) ?? { name };
  const pass = (ms: number): void => {
    now += ms;
  };
  /** Each comes a millisecond after the one before it, from the address that its name begins with. */
  const enter = (...names: string[]): void => {
    for (const name of names) {
      const one = { name };
      known.set(name, one);
      pass(1);
      turns.enter(one, name.slice(0, 1));
    }
  };
  const speak = (...names: string[]): void => {
    for (const name of names) spoken.add(client(name));
  };
  const begin = (...names: string[]): void => {
    for (const name of names) turns.begin(client(name));
  };
  /** Those whose turn it is for newcomers of an address, one after the other: each goes, none comes. */
  const going = (of: 'ofAll' | 'ofGroup', group: string): string[] => {
    const gone: string[] = [];
    for (let one = turns[of](group); one !== undefined; one = turns[of](group)) {
      gone.push(one.name);
      turns.leave(one);
    }
    return gone;
  };
  const goes = (group: string): string | undefined => turns.ofAll(group)?.name;
  const patienceEnds = () => pass(handshakePatienceMs);
  return { begin, client, enter, goes, going, looks: () => looks, pass, patienceEnds, speak, turns };
}

describe('of connections without a verdict', () => {
  it('the oldest silent one of the address that has most goes, also one that has just come', () => {
    const { enter, goes, going } = start();
    enter('b1', 'a1', 'a2', 'a3', 'c1');
    expect(goes('n')).toBe('a1');
    expect(goes('c'), 'from an address that has one itself').toBe('a1');
    expect(going('ofAll', 'n')).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('a silent one goes before any that has spoken, once it has had its time, whatever addresses have', () => {
    const { enter, goes, patienceEnds, speak } = start();
    enter('a1', 'a2', 'a3', 'b1');
    speak('a1', 'a2', 'a3');
    expect(goes('n')).toBe('b1');
    expect(goes('a'), 'for an address that has more').toBeUndefined();
    patienceEnds();
    expect(goes('a')).toBe('b1');
  });

  it('the oldest silent one of all goes where those of the address that has most have just come', () => {
    const { enter, goes, patienceEnds, speak } = start();
    enter('b1');
    patienceEnds();
    enter('a1', 'a2', 'c1', 'c2', 'c3');
    speak('c1', 'c2', 'c3');
    expect(goes('c')).toBe('b1');
  });

  it('of those that have spoken one goes of the address that has most: first one whose handshake has not begun', () => {
    const { begin, enter, going, speak } = start();
    enter('a1', 'a2', 'a3', 'a4', 'b1');
    speak('a1', 'a2', 'a3', 'a4', 'b1');
    begin('a1', 'a2');
    expect(going('ofAll', 'n')).toEqual(['a3', 'a4', 'a1']);
  });

  it('a silent one of the address that has most goes before those of it that have spoken', () => {
    const { begin, enter, goes, speak } = start();
    enter('a1', 'b1', 'a2', 'a3');
    speak('a1', 'a3');
    begin('a1', 'a2', 'a3', 'b1');
    expect(goes('n')).toBe('a2');
    expect(goes('a')).toBeUndefined();
  });

  it('no handshake ends for a newcomer from an address that would have as many', () => {
    const { begin, enter, goes, speak } = start();
    enter('a1', 'a2', 'b1');
    speak('a1', 'a2', 'b1');
    begin('a1', 'a2', 'b1');
    expect(['a', 'b'].map(goes)).toEqual([undefined, undefined]);
    expect(goes('n')).toBe('a1');
  });

  it('one goes whose handshake has begun and not ended in its time, however long it had waited for it', () => {
    const { begin, enter, goes, patienceEnds, speak } = start();
    enter('a1', 'a2', 'b1');
    speak('a1', 'a2', 'b1');
    patienceEnds();
    begin('a1');
    expect(goes('a')).toBeUndefined();
    patienceEnds();
    expect(goes('a')).toBe('a1');
  });

  it('one whose handshake has ended has as long again for its verdict', () => {
    const { begin, enter, goes, pass, patienceEnds, speak } = start();
    enter('a1');
    speak('a1');
    begin('a1');
    pass(handshakePatienceMs - 1);
    begin('a1');
    pass(handshakePatienceMs - 1);
    expect(goes('a')).toBeUndefined();
    patienceEnds();
    expect(goes('a')).toBe('a1');
  });

  it('where an address has as many as it may, a silent one of it goes, or one whose handshake takes too long', () => {
    const { begin, enter, going, patienceEnds, speak } = start();
    enter('b1', 'a1', 'a2', 'a3');
    speak('a1', 'a3');
    begin('a1', 'a2');
    expect(going('ofGroup', 'a')).toEqual(['a2']);
    patienceEnds();
    expect(going('ofGroup', 'a')).toEqual(['a1']);
    expect(going('ofGroup', 'b')).toEqual(['b1']);
    expect(going('ofGroup', 'n')).toEqual([]);
  });

  it('a newcomer from an address that has few keeps its place in any flood, and looking at it costs next to nothing', () => {
    const { client, enter, looks, pass, speak, turns } = start();
    for (let i = 0; i < 1_000; i++) enter(`${i % 10}-${i}`);
    enter('honest');
    speak('honest');
    let gone = 0;
    for (let i = 0; i < 5_000; i++) {
      pass(5);
      const group = `${i % 10}`;
      const one = turns.ofAll(group);
      expect(one).not.toBe(client('honest'));
      if (one === undefined) continue;
      turns.leave(one);
      gone++;
      enter(`${group}+${i}`);
    }
    expect(gone).toBeGreaterThan(1_000);
    expect(looks()).toBeLessThan(4 * 5_000);
    expect(turns.ofAll('next')).toBeDefined();
  });
});
