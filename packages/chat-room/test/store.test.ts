import { copyFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomStore } from '../src/room-store/room-store.ts';
import { inThisThread } from './in-this-thread.ts';

const room = 'lobby@chat.contoso.example';
const here = { start: inThisThread() };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-room-store-'));
  file = join(folder, 'rooms.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const message = (id: string, source = id) => ({
  id,
  source,
  room,
  author: 'alice@contoso.example',
  sentAt: 1_000,
  contentType: 'text/plain',
  body: new TextEncoder().encode(`text of ${id}`),
});

describe('the store of rooms', () => {
  it('has after it was opened again what it had acknowledged, and nobody else can read it', async () => {
    {
      await using store = await RoomStore.open(file, here);
      await store.setMember({ room, address: 'alice@contoso.example', role: 'moderator' }, 1);
      await store.setMember({ room, address: 'bob@contoso.example', role: 'member' }, 2);
      await store.setMember({ room, address: 'carol@contoso.example', role: 'member' }, 3);
      await store.removeMember(room, 'carol@contoso.example');
      const { number } = await store.addMessage(
        message('one'),
        ['bob@contoso.example', 'dave@contoso.example'],
        10,
      );
      await store.delivered(number, 'bob@contoso.example', 200, 5);
    }
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await using store = await RoomStore.open(file, here);
    expect((await store.members()).map(({ address, role }) => `${address} ${role}`)).toEqual([
      'alice@contoso.example moderator',
      'bob@contoso.example member',
    ]);
    expect(await store.pending()).toEqual([{ number: 1, room, member: 'dave@contoso.example', triedMs: 0 }]);
    expect(await store.history(room, 5)).toMatchObject([{ id: 'one', author: 'alice@contoso.example' }]);
    expect(await store.receipts(room, 'alice@contoso.example', undefined)).toEqual({
      id: 'one',
      total: 2,
      delivered: 1,
      failed: 0,
    });
    expect(await store.receipts(room, 'bob@contoso.example', 'one')).toBeUndefined();
  });

  it('knows for how long a server has run since each message that is still to be delivered, also after a restart', async () => {
    {
      await using store = await RoomStore.open(file, here);
      await store.ran(60_000);
      await store.addMessage(message('one'), ['bob@contoso.example'], 10);
      await store.ran(60_000);
      await store.addMessage(message('two'), ['bob@contoso.example'], 10);
      await store.ran(5_000);
    }
    await using store = await RoomStore.open(file, here);
    expect((await store.pending()).map(({ triedMs }) => triedMs)).toEqual([65_000, 5_000]);
  });

  it('takes a request that comes again for the same message', async () => {
    await using store = await RoomStore.open(file, here);
    const first = await store.addMessage(message('one', 'same'), ['bob@contoso.example'], 10);
    const second = await store.addMessage(message('two', 'same'), ['bob@contoso.example'], 10);
    expect([first, second]).toEqual([
      { number: 1, id: 'one', isNew: true },
      { number: 1, id: 'one', isNew: false },
    ]);
    expect(await store.pending()).toHaveLength(1);
  });

  it('removes the oldest messages beyond those that a room keeps, and none that is still to be delivered', async () => {
    await using store = await RoomStore.open(file, here);
    for (let index = 1; index <= 128; index++) {
      const { number } = await store.addMessage(message(`m${index}`), ['bob@contoso.example'], 10);
      if (index !== 3) await store.delivered(number, 'bob@contoso.example', 200, 5);
    }
    const left = await store.history(room, 1_000);
    expect(left.map(({ id }) => id)).toEqual([
      'm3',
      ...Array.from({ length: 10 }, (_, index) => `m${119 + index}`),
    ]);
  });

  it('keeps of each room what that one keeps, whichever rooms take turns with it, and after a restart', async () => {
    const rooms = [room, 'quiet@chat.contoso.example'];
    for (const part of [0, 1]) {
      await using store = await RoomStore.open(file, here);
      for (let index = 0; index < 300; index++)
        for (const one of rooms)
          await store.addMessage({ ...message(`${one} ${part} ${index}`), room: one }, [], 10);
      for (const one of rooms) expect((await store.history(one, 1_000)).length).toBeLessThanOrEqual(10 + 128);
    }
    await using store = await RoomStore.open(file, here);
    await store.addMessage(message('last'), [], 10);
    expect(await store.history(room, 1_000)).toHaveLength(10);
  });

  it('does what many ask at once, each by itself: one that cannot be done leaves the others', async () => {
    await using store = await RoomStore.open(file, here);
    const results = await Promise.allSettled([
      store.addMessage(message('one'), ['bob@contoso.example'], 10),
      store.addMessage({ ...message('two'), author: 'a\0b' }, ['bob@contoso.example'], 10),
      store.addMessage(message('three'), ['bob@contoso.example', 'bob@contoso.example'], 10),
      store.addMessage(message('four'), ['bob@contoso.example'], 10),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await store.history(room, 10)).map(({ id }) => id)).toEqual(['one', 'four']);
  });

  it('is not begun without a word where the database was and is missing or empty, but on purpose', async () => {
    {
      await using store = await RoomStore.open(file, here);
      await store.setMember({ room, address: 'alice@contoso.example', role: 'member' }, 1);
      // Also where its process is killed now.
      expect((await stat(file)).size).toBeGreaterThan(0);
    }
    for (const lose of [() => rm(file), () => truncate(file)]) {
      await (await RoomStore.open(file, here))[Symbol.asyncDispose]();
      await lose();
      await expect(RoomStore.open(file, here)).rejects.toMatchObject({
        code: 'ENTENTE_CHAT_STORE_LOST',
        place: file,
        // Its log is not what is missing.
        sentence: expect.stringContaining('none or an empty file'),
        remedy: expect.stringContaining(`remove ${file}.begun`),
      });
      await rm(`${file}.begun`);
    }
    await using _begun = await RoomStore.open(file, here);
    expect((await stat(`${file}.begun`)).mode & 0o777).toBe(0o600);
  });

  it('is not begun without a word where the log is gone that had all of it', async () => {
    await using store = await RoomStore.open(file, here);
    await store.setMember({ room, address: 'alice@contoso.example', role: 'member' }, 1);
    // What is on the disk where the process is killed now.
    const left = join(folder, 'left.sqlite');
    for (const ending of ['', '-wal', '.begun']) await copyFile(file + ending, left + ending);
    {
      await using whole = await RoomStore.open(left, here);
      expect(await whole.members()).toHaveLength(1);
    }
    for (const ending of ['', '.begun']) await copyFile(file + ending, left + ending);
    // Twice: the first attempt must not leave what the second takes for a database.
    for (const _attempt of [1, 2]) {
      await expect(RoomStore.open(left, here)).rejects.toMatchObject({
        code: 'ENTENTE_CHAT_STORE_LOST',
        sentence: expect.stringContaining(`${left}-wal is missing`),
        remedy: expect.stringContaining(`remove ${left}.begun`),
      });
    }
    await rm(`${left}.begun`);
    await using begun = await RoomStore.open(left, here);
    expect(await begun.members()).toEqual([]);
  });

  it('is one process’s, and says what is wrong with a file that is no database', async () => {
    await using _store = await RoomStore.open(file, here);
    await expect(RoomStore.open(file, here)).rejects.toMatchObject({ code: 'ENTENTE_CHAT_STORE_LOCKED' });
    const other = join(folder, 'other.sqlite');
    await writeFile(other, 'x'.repeat(4_096));
    await expect(RoomStore.open(other, here)).rejects.toMatchObject({ code: 'ENTENTE_CHAT_STORE_DAMAGED' });
    await expect(RoomStore.open(join(folder, 'missing', 'x'), here)).rejects.toMatchObject({
      code: 'ENTENTE_CHAT_STORE_UNAVAILABLE',
    });
  });
});
