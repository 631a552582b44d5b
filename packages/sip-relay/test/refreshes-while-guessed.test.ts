import { describe, expect, it } from 'vitest';
import { realm, start, startInside, startOutside, waits, wrong } from './server-of-users.ts';

describe.each([
  ['on a connection', startInside],
  ['on a connection at an edge', startOutside],
])('a user who has authenticated %s', (_where, begin) => {
  it('refreshes there with the right password, however much is guessed from the same address', () => {
    const { other, own, send, sendTimes, time } = begin();
    expect(send(own, 'alice')).toBe('admitted');
    const looked: string[] = [];
    for (let minute = 0; minute < 60; minute++) {
      time.now = start + minute * 60_000;
      looked.push(...sendTimes(6, other, 'alice', 'no').filter((reason) => reason === wrong));
      expect(send(other, 'alice'), 'where nobody has authenticated').toBe(waits);
      expect(send(own, 'alice')).toBe('admitted');
    }
    // Five, one after each wait while that grows from 1 s to 5 min, and then one in five minutes: a refresh gives nobody another try.
    expect(looked.length).toBeGreaterThan(12);
    expect(looked.length).toBeLessThanOrEqual(5 + 9 + 12);
  });

  it('has three wrong passwords there, then waits as long as everybody at the address', () => {
    const { other, own, send, sendTimes, time } = begin();
    send(own, 'alice');
    sendTimes(6, other, 'alice', 'no');
    expect(sendTimes(4, own, 'alice', 'no')).toEqual([wrong, wrong, wrong, waits]);
    expect(send(own, 'alice')).toBe(waits);
    time.now += 8_000;
    expect(send(own, 'alice'), 'each of them has made the wait longer').toBe('admitted');
    sendTimes(6, other, 'alice', 'no');
    expect(sendTimes(4, own, 'alice', 'no')).toEqual([wrong, wrong, wrong, waits]);
  });

  it('forgives nobody at the address with right passwords between wrong ones', () => {
    const { other, own, send } = begin();
    send(own, 'alice');
    const tries = Array.from({ length: 5 }, () => [send(own, 'alice', 'no'), send(own, 'alice')]);
    expect(tries).toEqual(tries.map(() => [wrong, 'admitted']));
    expect(send(other, 'alice'), 'all of them count at the address').toBe(waits);
  });

  it('opens no way to guess for another user on the same connection', () => {
    const { other, own, send, sendTimes } = begin();
    send(own, 'alice');
    sendTimes(5, other, 'bob', 'no');
    expect([send(own, 'bob', 'no'), send(own, 'bob')]).toEqual([waits, waits]);
    expect(send(own, 'alice')).toBe('admitted');
  });
});

describe('a user who has authenticated on a connection', () => {
  it('waits there with the others once it was signed out, or the proof is too old', () => {
    const { other, own, send, sendTimes, time } = startInside();
    for (const end of [() => own.users.clear(), () => own.users.set(`alice@${realm}`, time.now)]) {
      time.now += 1_000_000;
      expect(send(own, 'alice')).toBe('admitted');
      sendTimes(6, other, 'alice', 'no');
      expect(send(own, 'alice')).toBe('admitted');
      end();
      expect(send(own, 'alice')).toBe(waits);
    }
  });
});
