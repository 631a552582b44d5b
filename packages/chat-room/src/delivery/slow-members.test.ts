import { createTestLog, StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/stored.ts';
import { Deliveries } from './deliveries.ts';
import { maxSlow, SlowMembers } from './slow-members.ts';

const room = 'lobby@chat.contoso.example';

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

/** How many messages the others get of a room with one each second, of whose members some answer late; the clock goes on where all wait for it. */
async function deliveredWithin(
  endMs: number,
  late: readonly string[],
  others: readonly string[],
  answerOf: (turn: number) => { readonly status: number; readonly afterMs: number },
): Promise<number> {
  const clock = new StepClock(0);
  const isLate = new Set(late);
  const turns = new Map<string, number>();
  let got = 0;
  const deliveries = new Deliveries({
    clock,
    steadyNow: () => clock.now(),
    log: createTestLog(),
    bounds: { concurrency: 64, deliverForMs: 3_600_000, maxOwed: 1_000 },
    isMember: () => true,
    store: {
      message: async (number) => ({ number }) as StoredMessage,
      delivered: async () => {},
    },
    send(_, member) {
      const turn = turns.get(member) ?? 0;
      turns.set(member, turn + 1);
      const { afterMs, status } = isLate.has(member) ? answerOf(turn) : { status: 200, afterMs: 20 };
      return new Promise((resolve) => {
        clock.after(afterMs, () => {
          if (!isLate.has(member)) got++;
          resolve(status);
        });
      });
    },
  });
  for (let number = 0; clock.now() < endMs; number++) {
    deliveries.add(number, room, [...late, ...others]);
    for (let step = 0; step < 50; step++) {
      await drained();
      clock.move(20);
    }
  }
  deliveries.stop();
  return got;
}

describe('deliveries', () => {
  it.each([
    ['answer 200 late, each time', () => ({ status: 200, afterMs: 31_000 })],
    ['answer 500 late, each time', () => ({ status: 500, afterMs: 31_000 })],
    [
      'answer late each second time',
      (turn: number) => ({ status: 200, afterMs: turn % 2 === 0 ? 31_000 : 20 }),
    ],
    ['answer a little late', () => ({ status: 200, afterMs: 1_000 })],
  ] as const)('come to others also where as many members as there are places %s', async (_, answerOf) => {
    const late = Array.from({ length: 64 }, (_, index) => `late${index}`);
    const others = Array.from({ length: 20 }, (_, index) => `m${index}`);
    const got = await deliveredWithin(300_000, late, others, answerOf);
    expect(got).toBeGreaterThanOrEqual(0.75 * 300 * others.length);
  });

  it('come to others also where so many members answer just before they are slow that they want every place', async () => {
    const late = Array.from({ length: 300 }, (_, index) => `late${index}`);
    const others = Array.from({ length: 20 }, (_, index) => `m${index}`);
    const got = await deliveredWithin(60_000, late, others, () => ({ status: 200, afterMs: 980 }));
    expect(got).toBeGreaterThanOrEqual(0.9 * 60 * others.length);
  });
});

describe('a member is slow', () => {
  const start = () => {
    const clock = { now: 0 };
    return { clock, slow: new SlowMembers(() => clock.now) };
  };

  it('after no answer until the next one, however soon it was known', () => {
    const { slow } = start();
    slow.answered('bob', 0, false);
    expect(slow.has('bob')).toBe(true);
    slow.answered('bob', 20, true);
    expect(slow.has('bob')).toBe(false);
  });

  it('after a late answer for nine times as long as it took, also where it answers soon meanwhile', () => {
    const { clock, slow } = start();
    slow.answered('bob', 999, true);
    expect(slow.has('bob')).toBe(false);
    slow.answered('bob', 1_000, true);
    slow.answered('bob', 20, true);
    clock.now = 8_999;
    expect(slow.has('bob')).toBe(true);
    clock.now = 9_000;
    expect(slow.has('bob')).toBe(false);
  });

  it('and no more than tardy after an answer that took a quarter of a second, until the next that is sooner', () => {
    const { slow } = start();
    slow.answered('bob', 249, true);
    expect(slow.isTardy('bob')).toBe(false);
    slow.answered('bob', 250, true);
    expect([slow.isTardy('bob'), slow.has('bob')]).toEqual([true, false]);
    slow.answered('bob', 20, true);
    expect(slow.isTardy('bob')).toBe(false);
  });

  it('and remembered with so many others: the one that was slow longest ago is forgotten', () => {
    const { slow } = start();
    for (let index = 0; index <= maxSlow; index++) slow.answered(`m${index}`, 31_000, true);
    expect([slow.has('m0'), slow.has('m1'), slow.has(`m${maxSlow}`)]).toEqual([false, true, true]);
  });
});
