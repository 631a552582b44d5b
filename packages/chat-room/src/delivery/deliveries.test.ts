import { createTestLog, StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/stored.ts';
import { Deliveries, mostRecording } from './deliveries.ts';

const room = 'lobby@chat.contoso.example';

/** Deliveries whose answers the test gives. */
function start(
  answers: Record<string, readonly (number | 'none')[]>,
  options: { concurrency?: number } = {},
) {
  const clock = new StepClock(1_000_000);
  const steady = { ahead: 0 };
  const sent: string[] = [];
  const recorded: string[] = [];
  const members = new Set(Object.keys(answers));
  let underWay = 0;
  let most = 0;
  const deliveries = new Deliveries({
    clock,
    steadyNow: () => clock.now() - steady.ahead,
    log: createTestLog(),
    bounds: { concurrency: options.concurrency ?? 4, deliverForMs: 10_000, maxOwed: 1_000 },
    isMember: (_, address) => members.has(address),
    store: {
      message: async (number) =>
        number === 99
          ? undefined
          : {
              number,
              id: `id${number}`,
              room,
              author: 'alice',
              sentAt: 1_000_000,
              contentType: 'text/plain',
              body: new Uint8Array(),
            },
      delivered: async (number, member, status) => void recorded.push(`${number} ${member} ${status}`),
    },
    async send({ number }, member) {
      most = Math.max(most, ++underWay);
      const turn = sent.filter((one) => one.endsWith(` ${member}`)).length;
      sent.push(`${number} ${member}`);
      await Promise.resolve();
      underWay--;
      const answer = answers[member]?.[turn] ?? 200;
      if (answer === 'none') throw new Error('no answer');
      return answer;
    },
  });
  return {
    clock,
    /** The clock is set; no time has passed. */
    set(aheadMs: number) {
      steady.ahead += aheadMs;
      clock.move(aheadMs);
    },
    deliveries,
    sent,
    recorded,
    members,
    get most() {
      return most;
    },
    /** Waits until a pause has begun. */
    async paused(ms: number) {
      while (clock.pending(ms) === 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** Deliveries of which those to some members are held until the test lets them end, without an answer unless it gives one. */
function startHeld(concurrency: number, isHeld: (member: string) => boolean, maxOwed = 1_000) {
  const recorded: string[] = [];
  const sent: string[] = [];
  const held: ((answer?: number) => void)[] = [];
  let released = 0;
  const deliveries = new Deliveries({
    clock: new StepClock(1_000_000),
    steadyNow: () => 0,
    log: createTestLog(),
    bounds: { concurrency, deliverForMs: 10_000, maxOwed },
    isMember: () => true,
    store: {
      message: async (number) => ({
        number,
        id: `id${number}`,
        room,
        author: 'alice',
        sentAt: 1_000_000,
        contentType: 'text/plain',
        body: new Uint8Array(),
      }),
      delivered: async (number, member, status) => void recorded.push(`${number} ${member} ${status}`),
    },
    send(_, member) {
      sent.push(member);
      if (!isHeld(member)) return Promise.resolve(200);
      return new Promise((resolve, reject) =>
        held.push((answer) => (answer === undefined ? reject(new Error('no answer')) : resolve(answer))),
      );
    },
  });
  const release = (answer?: number) => {
    for (const end of held.slice(released)) end(answer);
    released = held.length;
  };
  return { deliveries, recorded, held, release, sent };
}

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('deliveries', () => {
  it('come to each member in the order of the room, and at most so many at once', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const started = start(Object.fromEntries(names.map((name) => [name, []])), { concurrency: 3 });
    for (const number of [1, 2, 3]) started.deliveries.add(number, room, names);
    await started.deliveries.settled();
    for (const name of names)
      expect(started.sent.filter((one) => one.endsWith(` ${name}`))).toEqual(
        [1, 2, 3].map((n) => `${n} ${name}`),
      );
    expect(started.most).toBe(3);
    expect(started.recorded).toHaveLength(30);
    expect(started.deliveries.made).toEqual({ delivered: 30, failed: 0 });
  });

  it('are made again, after longer and longer pauses, where no answer came; others do not wait for that', async () => {
    const started = start({ bob: ['none', 503, 200], carol: [] });
    started.deliveries.add(1, room, ['bob', 'carol']);
    await started.paused(1_000);
    expect(started.recorded).toEqual(['1 carol 200']);
    started.clock.move(1_000);
    await started.paused(2_000);
    started.clock.move(2_000);
    await started.deliveries.settled();
    expect(started.recorded).toEqual(['1 carol 200', '1 bob 200']);
  });

  it('end where the message has become too old, and where the answer is final', async () => {
    const started = start({ bob: ['none', 'none'], carol: [480] });
    started.deliveries.add(1, room, ['bob', 'carol']);
    await started.paused(1_000);
    started.clock.move(11_000);
    await started.deliveries.settled();
    expect(started.recorded).toEqual(['1 carol 480', '1 bob 408']);
    expect(started.deliveries.made).toEqual({ delivered: 0, failed: 2 });
  });

  it('to one member take one place of sixteen, in all rooms together: who falls silent in many rooms holds nobody else up', async () => {
    const { deliveries, held, recorded, release } = startHeld(16, (member) => member === 'silent');
    for (let index = 0; index < 16; index++)
      deliveries.add(index, `room${index}@chat.contoso.example`, ['silent']);
    deliveries.add(16, room, ['bob']);
    await drained();
    expect([held.length, recorded]).toEqual([1, ['16 bob 200']]);
    // Those that waited behind it get their turn.
    release();
    await drained();
    expect(held).toHaveLength(2);
    deliveries.stop();
  });

  it('to members who do not answer take a quarter of the places, in all rooms together, and hold nobody else up', async () => {
    const silent = Array.from({ length: 8 }, (_, index) => `silent${index}`);
    const { deliveries, recorded, held, release } = startHeld(4, (member) => member.startsWith('silent'));
    deliveries.add(1, room, silent);
    await drained();
    release();
    await drained();
    release();
    await drained();
    // Each of them has not answered once. Another room is for them too, and for somebody who answers.
    expect([held.length, deliveries.pending]).toEqual([8, 8]);
    deliveries.add(2, 'other@chat.contoso.example', [...silent, 'bob']);
    await drained();
    deliveries.add(3, 'other@chat.contoso.example', ['bob', 'carol']);
    await drained();
    expect(recorded).toEqual(['2 bob 200', '3 bob 200', '3 carol 200']);
    expect(held).toHaveLength(9);
    deliveries.stop();
  });

  it('to members who did not answer take turns with the others, who want every place all the time', async () => {
    const { deliveries, release, sent } = startHeld(4, () => true);
    deliveries.add(1, room, ['silent', 'mute']);
    await drained();
    release();
    await drained();
    const others = Array.from({ length: 12 }, (_, index) => `m${index}`);
    deliveries.add(2, 'full@chat.contoso.example', others);
    deliveries.add(3, 'other@chat.contoso.example', ['silent', 'mute']);
    await drained();
    for (let round = 0; round < 2; round++) {
      release(200);
      await drained();
    }
    // Never more of them at once than their part, which is one here.
    expect(sent.slice(2)).toEqual([
      'm0',
      'm1',
      'm2',
      'm3',
      'silent',
      'm4',
      'm5',
      'm6',
      'mute',
      'm7',
      'm8',
      'm9',
    ]);
    deliveries.stop();
  });

  it('to members who did not answer wait for the others where there are too few places for a part of them', async () => {
    const { deliveries, release, sent } = startHeld(1, () => true);
    deliveries.add(1, room, ['silent']);
    await drained();
    release();
    await drained();
    deliveries.add(2, 'other@chat.contoso.example', ['m0', 'silent', 'm1', 'm2']);
    for (let round = 0; round < 4; round++) {
      await drained();
      release(200);
    }
    expect(sent.slice(1)).toEqual(['m0', 'm1', 'm2', 'silent']);
    deliveries.stop();
  });

  it('for one member are so many in all rooms together: what is more is given up, and is no room of others', async () => {
    const { deliveries, recorded, release } = startHeld(4, (member) => member === 'silent', 3);
    for (let number = 0; number < 5; number++)
      deliveries.add(number, `room${number}@chat.contoso.example`, ['silent', 'bob']);
    await drained();
    expect(recorded.filter((one) => one.includes('silent'))).toEqual(['3 silent 503', '4 silent 503']);
    expect(recorded.filter((one) => one.includes('bob'))).toHaveLength(5);
    expect(deliveries.pending).toBe(3);
    release(200);
    await drained();
    deliveries.add(5, room, ['silent']);
    expect(deliveries.pending).toBe(3);
    deliveries.stop();
  });

  it('take no place while what became of them is being recorded, of so many: a slow disk holds up no member', async () => {
    const sent: string[] = [];
    const record: (() => void)[] = [];
    const deliveries = new Deliveries({
      clock: new StepClock(1_000_000),
      steadyNow: () => 0,
      log: createTestLog(),
      bounds: { concurrency: 4, deliverForMs: 10_000, maxOwed: 1_000 },
      isMember: () => true,
      store: {
        message: async (number) => ({ number }) as StoredMessage,
        delivered: () => new Promise((resolve) => record.push(resolve)),
      },
      async send(_, member) {
        sent.push(member);
        return 200;
      },
    });
    const members = Array.from({ length: 2 * mostRecording }, (_, index) => `m${index}`);
    deliveries.add(1, room, members);
    deliveries.add(2, room, ['m0']);
    await drained();
    // The last four hold their places until others are recorded.
    expect([sent.length, record.length]).toEqual([mostRecording + 4, mostRecording + 4]);
    expect(deliveries.pending).toBe(members.length + 1);
    for (let round = 0; round < 3; round++) {
      for (const recorded of record.splice(0)) recorded();
      await drained();
    }
    expect(deliveries.pending).toBe(0);
    expect(sent.filter((member) => member === 'm0')).toHaveLength(2);
    deliveries.stop();
  });

  it('reach nobody who has left, and end for a message that is gone', async () => {
    const started = start({ bob: [], carol: [] });
    started.members.delete('bob');
    started.deliveries.add(1, room, ['bob']);
    started.deliveries.add(99, room, ['carol']);
    await started.deliveries.settled();
    expect(started.sent).toEqual([]);
    expect(started.recorded).toEqual(['1 bob 410']);
  });

  it('go on for as long as ever after a start, however old a message is by then, and whatever the clock is set to', async () => {
    const started = start({ bob: ['none', 'none', 200] });
    started.clock.move(7_200_000);
    started.deliveries.add(1, room, ['bob']);
    await started.paused(1_000);
    started.set(7_200_000);
    await started.paused(2_000);
    started.clock.move(2_000);
    await started.deliveries.settled();
    expect(started.recorded).toEqual(['1 bob 200']);
  });

  it('end once they have been tried for long enough before a restart and after it', async () => {
    const started = start({ bob: ['none', 'none'] });
    started.deliveries.add(1, room, ['bob'], 9_500);
    await started.paused(1_000);
    started.clock.move(1_000);
    await started.deliveries.settled();
    expect(started.recorded).toEqual(['1 bob 408']);
  });

  it('that are answered while they are stopped are recorded; what is not answered stays owed', async () => {
    const { deliveries, recorded, release } = startHeld(16, () => true);
    deliveries.add(1, room, ['bob']);
    await drained();
    deliveries.stop();
    release(200);
    await drained();
    expect(recorded).toEqual(['1 bob 200']);
    const other = startHeld(16, () => true);
    other.deliveries.add(1, room, ['bob']);
    await drained();
    other.deliveries.stop();
    other.release();
    await drained();
    expect(other.recorded).toEqual([]);
  });

  it('begin no more once they are stopped', async () => {
    const started = start({ bob: ['none'] });
    started.deliveries.add(1, room, ['bob']);
    await started.paused(1_000);
    started.deliveries.stop();
    started.clock.move(60_000);
    started.deliveries.add(2, room, ['bob']);
    expect(started.sent).toEqual(['1 bob']);
  });
});
