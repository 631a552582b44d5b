import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RoomStore } from '../src/room-store/room-store.ts';

const room = 'lobby@chat.contoso.example';
let folder: string;
const threads: Worker[] = [];
const onThread = (thread: Worker) => void threads.push(thread);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-store-thread-'));
  threads.length = 0;
  process.on('worker', onThread);
});
afterEach(async () => {
  process.off('worker', onThread);
  await rm(folder, { recursive: true, force: true });
});

const message = (id: string) => ({
  id,
  source: id,
  room,
  author: 'alice@contoso.example',
  sentAt: 1_000,
  contentType: 'text/plain',
  body: new TextEncoder().encode(`text of ${id}`),
});

it('the store of rooms runs in a thread of its own: it answers nothing in the turn of those who ask', async () => {
  await using store = await RoomStore.open(join(folder, 'rooms.sqlite'));
  let isAnswered = false;
  const adding = store.addMessage(message('one'), ['bob@contoso.example'], 10).then(() => {
    isAnswered = true;
  });
  // A transaction in this thread would need a few turns of microtasks; a message of another thread comes after all of them.
  for (let turn = 0; turn < 10_000; turn++) await undefined;
  expect(isAnswered).toBe(false);
  await adding;
  expect(await store.history(room, 10)).toHaveLength(1);
});

it('the store of rooms goes on where its thread has ended: what it acknowledged is there, and what was under way is stored once', async () => {
  const clock = { now: 0 };
  const told: string[] = [];
  await using store = await RoomStore.open(join(folder, 'rooms.sqlite'), {
    steadyNow: () => clock.now,
    onEnded: ({ code }) => void told.push(code),
  });
  for (let round = 1; round <= 3; round++) {
    const acknowledged = `acknowledged ${round}`;
    await store.addMessage(message(acknowledged), ['bob@contoso.example'], 100);
    clock.now += 1_000;
    const underWay = Array.from({ length: 10 }, (_, index) =>
      store.addMessage(message(`under way ${round} ${index}`), ['bob@contoso.example'], 100),
    );
    // The orders are with the thread; whether they are stored when it ends is left open.
    for (let turn = 0; turn < 100; turn++) await undefined;
    await threads.at(-1)?.terminate();
    for (const { isNew } of await Promise.all(underWay)) expect(isNew).toBe(true);
    expect(await store.history(room, 100)).toHaveLength(round * 11);
    expect(await store.pending()).toHaveLength(round * 11);
  }
  expect(told).toEqual(Array.from({ length: 3 }, () => 'ENTENTE_CHAT_STORE_UNAVAILABLE'));
  expect([store.ended, store.closedBy, threads.length]).toEqual([3, undefined, 4]);
});
