import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/stored.ts';
import { mostRepliesOfMember, Replies } from './replies.ts';

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
  const replies = new Replies({
    message: async (number) => (number === 99 ? undefined : messageOf(number)),
    send: (_, to, reply) => {
      sent.push(`${to} ${typeof reply === 'string' ? reply : reply.id}`);
      return new Promise((resolve) => answers.push(resolve));
    },
    onFault: (error) => faults.push(error),
  });
  return { replies, sent, answers, faults };
}

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('replies', () => {
  it('go out one after the other, without those that were removed meanwhile', async () => {
    const { answers, replies, sent } = start();
    expect(replies.send(room, bob, [messageOf(1), messageOf(99), messageOf(2), 'end'])).toBe(true);
    for (const count of [1, 2, 3]) {
      await drained();
      expect(sent).toHaveLength(count);
      answers.at(-1)?.(200);
    }
    expect(sent).toEqual([`${bob} id1`, `${bob} id2`, `${bob} end`]);
  });

  it('end with the first part that is not taken', async () => {
    const { answers, replies, sent } = start();
    replies.send(room, bob, ['one', 'two']);
    await drained();
    answers[0]?.(408);
    await drained();
    expect(sent).toEqual([`${bob} one`]);
  });

  it('are few at once to each member, who is refused more until one has ended; others are not', async () => {
    const { answers, replies } = start();
    for (let i = 0; i < mostRepliesOfMember; i++) expect(replies.send(room, bob, ['text'])).toBe(true);
    expect(replies.send(room, bob, ['text'])).toBe(false);
    expect(replies.send(room, 'carol@contoso.example', ['text'])).toBe(true);
    await drained();
    answers[0]?.(200);
    await drained();
    expect(replies.send(room, bob, ['text'])).toBe(true);
  });
});
