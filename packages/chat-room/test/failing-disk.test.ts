import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteDriver } from '@entente/store-sql/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomStore } from '../src/room-store/room-store.ts';
import { inThisThread } from './in-this-thread.ts';

const room = 'lobby@chat.contoso.example';
const bob = 'bob@contoso.example';
let folder: string;
const opened: RoomStore[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-failing-rooms-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const message = (id: string, source = id) => ({
  id,
  source,
  room,
  author: 'alice@contoso.example',
  sentAt: 1_000,
  contentType: 'text/plain',
  body: new TextEncoder().encode(`text of ${id}`),
});

/** A store over a real database whose commits can be made to fail, or held until the test lets them end. */
async function start(options: { readonly steadyNow?: () => number } = {}) {
  const disk: { isFull: boolean; held: (() => void)[] | undefined; commits: number } = {
    isFull: false,
    held: undefined,
    commits: 0,
  };
  const changed = (driver: SqliteDriver): SqliteDriver => ({
    ...driver,
    transaction: (mode, work) =>
      driver.transaction(mode, async (transaction) => {
        const value = await work(transaction);
        if (mode === 'read') return value;
        const { held } = disk;
        if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
        if (disk.isFull) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        disk.commits++;
        return value;
      }),
  });
  const store = await RoomStore.open(join(folder, 'rooms.sqlite'), {
    ...options,
    start: inThisThread(changed),
  });
  opened.push(store);
  return { disk, store };
}

/** Everything here waits for promises alone: none of them is left then. */
const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a disk that cannot be written', () => {
  it('refuses every change of a transaction and keeps none, until one is stored again', async () => {
    const { disk, store } = await start();
    disk.isFull = true;
    const changes = await Promise.allSettled([
      store.addMessage(message('one'), [bob], 10),
      store.setMember({ room, address: bob, role: 'member' }, 1),
    ]);
    for (const change of changes)
      expect(change).toMatchObject({ reason: { code: 'ENTENTE_CHAT_STORE_UNAVAILABLE' } });
    expect(store.failedBy).toMatchObject({
      code: 'ENTENTE_CHAT_STORE_UNAVAILABLE',
      message: expect.stringContaining('disk is full'),
      remedy: expect.stringContaining('has space'),
    });
    expect([await store.history(room, 10), await store.members()]).toEqual([[], []]);
    disk.isFull = false;
    await store.addMessage(message('one'), [bob], 10);
    expect(store.failedBy).toBeUndefined();
  });

  it('brings back old messages that its transaction removed: the next message of the room looks for them', async () => {
    const { disk, store } = await start();
    for (let index = 1; index < 128; index++) await store.addMessage(message(`m${index}`), [], 10);
    disk.isFull = true;
    await expect(store.addMessage(message('m128'), [], 10)).rejects.toMatchObject({
      code: 'ENTENTE_CHAT_STORE_UNAVAILABLE',
    });
    disk.isFull = false;
    expect(await store.history(room, 1_000)).toHaveLength(127);
    await store.addMessage(message('m129'), [], 10);
    expect(await store.history(room, 1_000)).toHaveLength(10);
  });
});

describe('a disk that is slow', () => {
  it('stores all that waits in one transaction, answers nobody before, and reads meanwhile what was not asked for with it', async () => {
    const { disk, store } = await start();
    const held: (() => void)[] = [];
    disk.held = held;
    const answered: string[] = [];
    const add = (id: string) => store.addMessage(message(id), [bob], 10).then(() => void answered.push(id));
    const first = add('one');
    await drained();
    const others = Array.from({ length: 300 }, (_, index) => add(`m${index}`));
    const reads = [store.members(), store.pending(), store.bytes()];
    await drained();
    expect([answered, held.length]).toEqual([[], 1]);
    held[0]?.();
    await first;
    await Promise.all(reads);
    await drained();
    expect([answered, held.length]).toEqual([['one'], 2]);
    held[1]?.();
    await Promise.all(others);
    expect(disk.commits).toBe(2);
  });

  it('says for how long it has stored, while it does and until it was faster', async () => {
    const clock = { now: 0 };
    const { disk, store } = await start({ steadyNow: () => clock.now });
    const held: (() => void)[] = [];
    disk.held = held;
    const slow = store.ran(1);
    await drained();
    clock.now = 4_000;
    expect(store.flushMs).toBe(4_000);
    held[0]?.();
    await slow;
    await drained();
    clock.now = 9_000;
    expect(store.flushMs).toBe(4_000);
    disk.held = undefined;
    await store.ran(1);
    await drained();
    expect(store.flushMs).toBe(0);
  });
});

describe('a message that is stored again by the same call', () => {
  it('is there once, with its deliveries, and is new to its author', async () => {
    const { store } = await start();
    const stored = { number: 1, id: 'one', isNew: true };
    for (let index = 0; index < 2; index++)
      expect(await store.addMessage(message('one'), [bob], 10)).toEqual(stored);
    expect(await store.pending()).toHaveLength(1);
  });
});
