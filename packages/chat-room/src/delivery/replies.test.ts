import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/stored.ts';
import { mostRepliesOfMember, partsAtOnce, Replies } from './replies.ts';

const room = 'lobby@chat.contoso.example';
const bob = 'bob@contoso.example';

const messageOf = (number: number): StoredMessage => ({
  number,
  id: `id${number}`,
  room,
  author: 'alice@contoso.example',
  sentAt: 0,
  contentType: 'text/plain',
  body: new Uint8Array(),
});

/** Replies whose statuses the test gives, each when it likes. */
function start() {
  const sent: string[] = [];
  const answers: ((status: number) => void)[] = [];
  const faults: unknown[] = [];
  const clock = new StepClock(0);
  const replies = new Replies({
    message: async (number) => (number === 99 ? undefined : messageOf(number)),
    send: (_, to, reply) => {
      sent.push(`${to} ${typeof reply === 'string' ? reply : reply.id}`);
      return new Promise((resolve) => answers.push(resolve));
    },
    onFault: (error) => faults.push(error),
    steadyNow: () => clock.now(),
  });
  return { replies, sent, answers, faults, clock };
}

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('replies', () => {
  it('go out one after the other, without those that were removed meanwhile', async () => {
    const { answers, replies, sent } = start();
    expect(replies.send(room, bob, [messageOf(1), messageOf(99), messageOf(2), 'end'])).toBe('begun');
    for (const count of [1, 2, 3]) {
      await drained();
      expect(sent).toHaveLength(count);
      answers.at(-1)?.(200);
    }
    expect(sent).toEqual([`${bob} id1`, `${bob} id2`, `${bob} end`]);
  });

  it.each([404, 408, 430, 480, 500, 503, 603])(
    'end with the first part that is not taken, because nobody is there: %s',
    async (status) => {
      const { answers, replies, sent } = start();
      replies.send(room, bob, ['one', 'two']);
      await drained();
      answers[0]?.(status);
      await drained();
      expect(sent).toEqual([`${bob} one`]);
    },
  );

  it.each([400, 413, 415, 488])('go on behind a part that the member refuses: %s', async (status) => {
    const { answers, replies, sent } = start();
    replies.send(room, bob, ['one', 'two']);
    await drained();
    answers[0]?.(status);
    await drained();
    expect(sent).toEqual([`${bob} one`, `${bob} two`]);
  });

  it('have so many parts a minute to each member, of all rooms together, however few commands ask for them', async () => {
    const { answers, clock, replies, sent } = start();
    const history = Array.from({ length: 50 }, (_, index) => messageOf(index));
    for (let second = 0; second < 60; second++) {
      replies.send(`room${second % 2}@chat.contoso.example`, bob, history);
      await drained();
      for (let part = 0; part < history.length; part++) {
        for (const answer of answers.splice(0)) answer(200);
        await drained();
      }
      clock.move(1_000);
    }
    expect(sent).toHaveLength(150);
    expect(replies.send(room, bob, history)).toBe('too-many');
    expect(replies.send(room, 'carol@contoso.example', history)).toBe('begun');
    clock.move(50_000);
    expect(replies.send(room, bob, history)).toBe('begun');
    expect(partsAtOnce).toBe(100);
  });

  it('are few at once to each member, who is refused more until one has ended; others are not', async () => {
    const { answers, replies } = start();
    for (let i = 0; i < mostRepliesOfMember; i++) expect(replies.send(room, bob, ['text'])).toBe('begun');
    expect(replies.send(room, bob, ['text'])).toBe('under-way');
    expect(replies.send(room, 'carol@contoso.example', ['text'])).toBe('begun');
    await drained();
    answers[0]?.(200);
    await drained();
    expect(replies.send(room, bob, ['text'])).toBe('begun');
  });
});
