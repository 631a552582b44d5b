import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomStore } from '../src/room-store/room-store.ts';
import { inThisThread } from './in-this-thread.ts';

const room = 'lobby@chat.contoso.example';
const bob = 'bob@contoso.example';
let parent: string;
let folder: string;
let store: RoomStore;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'entente-misplaced-rooms-'));
  folder = join(parent, 'chat1');
  await mkdir(folder);
  store = await RoomStore.open(join(folder, 'rooms.sqlite'), { start: inThisThread() });
  await store.addMessage(message('one'), [bob], 10);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(parent, { recursive: true, force: true });
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
const away = () => join(parent, 'away');
const refused = {
  code: 'ENTENTE_CHAT_STORE_UNAVAILABLE',
  remedy: expect.stringContaining('do not restart the chat server'),
};

describe('the database of rooms, where its folder goes while it is open', () => {
  it.each([
    ['deleted', () => rm(folder, { recursive: true }), 'no file'],
    ['moved', () => rename(folder, away()), 'no file'],
    [
      'replaced by a copy',
      async () => {
        await rename(folder, away());
        await cp(away(), folder, { recursive: true });
      },
      'another file',
    ],
  ])(
    'acknowledges no message where it was %s, to none of those who wait, and reads what it has',
    async (_, go, found) => {
      await go();
      const changes = await Promise.allSettled([
        store.addMessage(message('two'), [bob], 10),
        store.addMessage(message('three'), [bob], 10),
        store.setMember({ room, address: bob, role: 'member' }, 1),
      ]);
      for (const change of changes) expect(change).toMatchObject({ reason: refused });
      expect(await store.history(room, 10)).toMatchObject([{ id: 'one' }]);
      expect(store.failedBy).toMatchObject({ ...refused, message: expect.stringContaining(found) });
    },
  );

  it('goes on by itself where it is put back', async () => {
    await rename(folder, away());
    await expect(store.addMessage(message('two'), [bob], 10)).rejects.toMatchObject(refused);
    await rename(away(), folder);
    await store.addMessage(message('two'), [bob], 10);
    expect(store.failedBy).toBeUndefined();
    expect(await store.history(room, 10)).toMatchObject([{ id: 'one' }, { id: 'two' }]);
  });
});
