import type { MutationPatch, PatchList } from '../patch.ts';

const source = (path: string): string => `packages/chat-room/src/${path}`;
const inFailingDisk = (title: string): MutationPatch['test'] => ({
  file: 'packages/chat-room/test/failing-disk.test.ts',
  title,
});
const inKept = (title: string): MutationPatch['test'] => ({
  file: source('worker/kept-database.test.ts'),
  title,
});
const inWaiting = (title: string): MutationPatch['test'] => ({
  file: source('room-store/waiting-changes.test.ts'),
  title,
});
const allAtOnce =
  'stores all that waits in one transaction, answers nobody before, and reads meanwhile what was not asked for with it';

/** That a slow disk, or a thread that ends, costs a chat server neither its other work nor what it has acknowledged. */
export const patches: PatchList = {
  name: 'chat-store',
  list: [
    {
      name: 'in-a-thread',
      off: 'a slow disk stops a whole chat server for each flush',
      file: source('room-store/room-store.ts'),
      find: 'start = startThread,',
      replace: `start = (async (path: string) => {
      const { openRooms } = await import('../store/open-rooms.ts');
      const { OldMessages } = await import('../store/old-messages.ts');
      const { execute } = await import('../worker/execute.ts');
      const [driver, old] = [await openRooms(path), new OldMessages()];
      return { execute: (orders: readonly Order[]) => execute(driver, old, orders), close: () => driver.close() };
    }) as typeof startThread,`,
      test: {
        file: 'packages/chat-room/test/store-thread.test.ts',
        title:
          'the store of rooms runs in a thread of its own: it answers nothing in the turn of those who ask',
      },
    },
    {
      name: 'started-again',
      off: 'a chat server whose thread of the database has ended refuses everything until somebody asks again',
      file: source('worker/kept-database.ts'),
      find: '    this.open().catch(() => {});\n',
      replace: '',
      test: inKept('is opened again at once, also where nobody asks'),
    },
    {
      name: 'executed-again',
      off: 'an author is refused what the thread of the database did not answer, and may have stored',
      file: source('worker/kept-database.ts'),
      find: 'if (attempt === mostAttempts) throw error;',
      replace: 'throw error;',
      test: inKept(
        'is opened again where its thread has ended, and what that did not answer is executed again',
      ),
    },
    {
      name: 'starts-of-the-thread',
      off: 'a database that cannot be opened is opened without end',
      file: source('worker/kept-database.ts'),
      find: 'steadyNow() - this.#startedAt < betweenStartsMs',
      replace: 'steadyNow() < this.#startedAt',
      test: inKept('is started once a second at most, and says meanwhile why it is not open'),
    },
    {
      name: 'new-by-its-id',
      off: 'what was stored when the thread ended is delivered to nobody until the next start',
      file: source('store/operations.ts'),
      find: 'isNew: row?.id === id }',
      replace: 'isNew: isInserted }',
      test: {
        file: 'packages/chat-room/test/failing-disk.test.ts',
        title: 'is there once, with its deliveries, and is new to its author',
      },
    },
    {
      name: 'changes-that-wait',
      off: 'any number of messages waits for a slow disk',
      file: source('room-store/waiting-changes.ts'),
      find: 'this.#count >= most ||',
      replace: '',
      test: inWaiting('are so many at most, and others come when they are stored'),
    },
    {
      name: 'bytes-that-wait',
      off: 'messages to large rooms fill the memory where the disk is slow',
      file: source('room-store/waiting-changes.ts'),
      find: '(this.#count > 0 && this.#bytes + bytes > mostBytes)',
      replace: 'this.#bytes < 0',
      test: inWaiting('have so many octets at most; one alone may have more'),
    },
    {
      name: 'a-flush-that-takes-long',
      off: 'an author waits for a disk that hangs until the author has given up',
      file: source('room-store/waiting-changes.ts'),
      find: 'if (underWayMs() > longestFlushMs)',
      replace: 'if (underWayMs() < 0)',
      test: inWaiting('are none that come while one flush takes longer than an author waits for'),
    },
    {
      name: 'one-flush-for-all',
      off: 'messages that wait for a slow disk take turns, and the last ones are answered too late',
      file: source('room-store/room-store.ts'),
      find: '      maxBatch,\n',
      replace: '',
      test: inFailingDisk(allAtOnce),
    },
    {
      name: 'reads-between',
      off: 'each thing that a chat server reads waits for a flush of its own',
      file: 'packages/store-sql/src/queue/batch-queue.ts',
      find: 'for (const action of this.#between.splice(0)) await action();',
      replace: 'await this.#between.shift()?.();',
      test: inFailingDisk(allAtOnce),
    },
    {
      name: 'removed-and-undone',
      off: 'a room whose old messages came back with a full disk has too many of them',
      file: source('worker/execute.ts'),
      find: '    old.undone();\n',
      replace: '',
      test: inFailingDisk(
        'brings back old messages that its transaction removed: the next message of the room looks for them',
      ),
    },
    {
      name: 'slow-is-seen',
      off: 'health says nothing of a disk that is slow',
      file: source('problems.ts'),
      find: 'if (flushMs >= slowFlushMs)',
      replace: 'if (flushMs < 0)',
      test: { file: source('problems.test.ts'), title: 'are a disk that is slow, which stops nothing' },
    },
    {
      name: 'closed-is-seen',
      off: 'health says nothing of a database whose thread has ended',
      file: source('problems.ts'),
      find: 'store.closedBy ?? store.failedBy',
      replace: 'store.failedBy',
      test: {
        file: source('problems.test.ts'),
        title: 'are a database whose thread has ended, with what it said, which stops it',
      },
    },
    {
      name: 'misplaced-rooms',
      off: 'a chat server whose folder was moved or deleted acknowledges messages that are gone with its process',
      file: source('worker/execute.ts'),
      find: 'if (misplaced !== undefined) throw misplaced;',
      replace: '',
      test: {
        file: 'packages/chat-room/test/misplaced-rooms.test.ts',
        title: 'acknowledges no message where it was moved, to none of those who wait, and reads what it has',
      },
    },
  ],
};
