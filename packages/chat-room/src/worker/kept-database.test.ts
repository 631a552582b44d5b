import { describe, expect, it } from 'vitest';
import { ChatRoomFault } from '../fault.ts';
import { betweenStartsMs, KeptDatabase } from './kept-database.ts';
import type { BatchAnswer, Order } from './order.ts';

const orders: readonly Order[] = [{ name: 'ran', parameters: [1] }];
const answer: BatchAnswer = { outcomes: [{ ok: true, value: undefined }] };
const fault = (sentence: string) =>
  new ChatRoomFault('ENTENTE_CHAT_STORE_UNAVAILABLE', { sentence, place: 'rooms.sqlite', remedy: 'wait' });

/** Threads that the test ends. Each takes what the test says of it: how many orders it answers before one ends it. */
function start(answered: readonly (number | 'not opened')[]) {
  const clock = { now: 0 };
  const ends: (() => void)[] = [];
  const told: string[] = [];
  let starts = 0;
  let closed = 0;
  const database = new KeptDatabase({
    file: 'rooms.sqlite',
    steadyNow: () => clock.now,
    onEnded: ({ message }) => void told.push(message),
    async start(_, onEnded) {
      const most = answered[starts++] ?? Number.POSITIVE_INFINITY;
      if (most === 'not opened') throw fault('locked');
      let left = most;
      const end = () => onEnded(fault('ended'));
      ends.push(end);
      return {
        async execute() {
          if (left-- > 0) return answer;
          end();
          throw fault('ended');
        },
        close: async () => void closed++,
      };
    },
  });
  return {
    clock,
    database,
    ends,
    told,
    get starts() {
      return starts;
    },
    get closed() {
      return closed;
    },
  };
}

describe('the database of rooms', () => {
  it('is opened again where its thread has ended, and what that did not answer is executed again', async () => {
    const started = start([1]);
    expect(await started.database.execute(orders)).toBe(answer);
    started.clock.now = betweenStartsMs;
    expect(await started.database.execute(orders)).toBe(answer);
    expect([started.starts, started.told, started.database.ended]).toEqual([2, ['ended'], 1]);
    expect(started.database.fault).toBeUndefined();
  });

  it('is opened again at once, also where nobody asks', async () => {
    const started = start([]);
    await started.database.open();
    started.clock.now = betweenStartsMs;
    started.ends[0]?.();
    expect(started.starts).toBe(2);
    expect(started.database.fault).toMatchObject({ message: 'ended' });
    await started.database.open();
    expect(started.database.fault).toBeUndefined();
  });

  it('refuses orders that end two threads, and does others', async () => {
    const started = start([0, 0]);
    await started.database.open();
    started.clock.now = betweenStartsMs;
    await expect(started.database.execute(orders)).rejects.toThrow('ended');
    started.clock.now = 2 * betweenStartsMs;
    expect(await started.database.execute(orders)).toBe(answer);
    expect(started.starts).toBe(3);
  });

  it('is started once a second at most, and says meanwhile why it is not open', async () => {
    const started = start([5, 'not opened', 'not opened']);
    await started.database.open();
    started.clock.now = betweenStartsMs;
    started.ends[0]?.();
    for (let index = 0; index < 5; index++)
      await expect(started.database.execute(orders)).rejects.toThrow('locked');
    expect([started.starts, started.database.fault?.message]).toEqual([2, 'locked']);
    started.clock.now = 2 * betweenStartsMs;
    await expect(started.database.execute(orders)).rejects.toThrow('locked');
    started.clock.now = 3 * betweenStartsMs;
    expect(await started.database.execute(orders)).toBe(answer);
    expect(started.starts).toBe(4);
  });

  it('is not opened again once it is closed', async () => {
    const started = start([]);
    await started.database.open();
    await started.database.close();
    started.ends[0]?.();
    expect([started.starts, started.closed, started.told]).toEqual([1, 1, []]);
  });
});
