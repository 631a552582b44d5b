import { describe, expect, it } from 'vitest';
import { longestFlushMs, WaitingChanges } from './waiting-changes.ts';

const busy = { code: 'ENTENTE_CHAT_STORE_BUSY', place: 'rooms.sqlite' };

/** Changes that are stored when the test says so. */
function start() {
  const disk = { underWayMs: 0 };
  const waiting = new WaitingChanges({
    place: 'rooms.sqlite',
    underWayMs: () => disk.underWayMs,
    maxChanges: 3,
    maxChangeBytes: 100,
  });
  const store: (() => void)[] = [];
  const add = (bytes: number) =>
    waiting.add(bytes, () => new Promise<void>((resolve) => store.push(resolve)));
  return { add, disk, store, waiting };
}

describe('changes that wait for the disk', () => {
  it('are so many at most, and others come when they are stored', async () => {
    const { add, store } = start();
    const changes = [add(1), add(1), add(1)];
    await expect(add(1)).rejects.toMatchObject(busy);
    store[0]?.();
    await changes[0];
    void add(1);
    expect(store).toHaveLength(4);
  });

  it('have so many octets at most; one alone may have more', async () => {
    const { add, store } = start();
    const large = add(1_000);
    await expect(add(1)).rejects.toMatchObject(busy);
    store[0]?.();
    await large;
    void add(60);
    void add(40);
    await expect(add(1)).rejects.toMatchObject({
      ...busy,
      message: 'expected fewer than 3 changes and 100 bytes that wait for the disk, found 2 and 100',
    });
  });

  it('count no more once they could not be stored', async () => {
    const { add, waiting } = start();
    for (let index = 0; index < 5; index++)
      await expect(waiting.add(90, () => Promise.reject(new RangeError('refused')))).rejects.toThrow(
        RangeError,
      );
    void add(100);
  });

  it('are none that come while one flush takes longer than an author waits for', async () => {
    const { add, disk, store } = start();
    disk.underWayMs = longestFlushMs;
    void add(1);
    disk.underWayMs = longestFlushMs + 1;
    await expect(add(1)).rejects.toMatchObject(busy);
    expect(store).toHaveLength(1);
  });
});
