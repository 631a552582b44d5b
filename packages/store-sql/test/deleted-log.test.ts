import { copyFile, cp, mkdir, mkdtemp, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type SqlStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry, issuer, serial } from './records.ts';

let parent: string;
let folder: string;
let log: string;
let store: SqlStore;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'entente-deleted-log-'));
  folder = join(parent, 'ca');
  log = join(folder, 'authority.sqlite-wal');
  await mkdir(folder, { mode: 0o700 });
  store = await openStore(folder);
  await store.ledger.append(entry(serial(1)));
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(parent, { recursive: true, force: true });
});

/** The numbers of which a run knows that begins with what a process leaves that is killed now. */
async function leftByKilled(numbers: readonly number[]): Promise<readonly number[]> {
  const left = join(parent, 'left');
  await cp(folder, left, { recursive: true });
  await using next = await openStore(left);
  const found: number[] = [];
  for (const number of numbers)
    if ((await next.ledger.find(issuer, serial(number))) !== undefined) found.push(number);
  return found;
}

describe('a database whose log goes while it is open', () => {
  it.each([
    ['deleted', () => rm(log)],
    ['moved', () => rename(log, join(parent, 'moved'))],
    [
      'replaced by an earlier one',
      async () => {
        const earlier = join(parent, 'earlier');
        await copyFile(log, earlier);
        await store.ledger.append(entry(serial(2)));
        await rename(earlier, log);
      },
    ],
  ])('has all that it acknowledged on the disk with the next change where it was %s', async (_, go) => {
    await go();
    await store.ledger.append(entry(serial(3)));
    await store.ledger.append(entry(serial(4)));
    const acknowledged: number[] = [];
    for (const number of [1, 2, 3, 4])
      if ((await store.ledger.find(issuer, serial(number))) !== undefined) acknowledged.push(number);
    expect(await leftByKilled([1, 2, 3, 4])).toEqual(acknowledged);
    expect(acknowledged).toEqual(expect.arrayContaining([1, 3, 4]));
  });

  it.each([
    ['emptied', 0],
    ['cut off', 5_000],
  ])(
    'acknowledges nothing more where it was %s, also where it has grown since, and says what to restore',
    async (_, length) => {
      await truncate(log, length);
      const refused = {
        code: 'ENTENTE_PKI_LEDGER_DAMAGED',
        place: log,
        remedy: expect.stringContaining('entente ca restore'),
      };
      await expect(store.ledger.append(entry(serial(3)))).rejects.toMatchObject(refused);
      expect(store.standing()).toMatchObject({ ok: false, sentence: expect.stringContaining('cut off') });
      await truncate(log, 1_000_000);
      await expect(store.ledger.append(entry(serial(4)))).rejects.toMatchObject(refused);
    },
  );

  it('has what it acknowledged before on the disk as soon as anything is read', async () => {
    await rm(log);
    await store.ledger.find(issuer, serial(1));
    expect(await leftByKilled([1])).toEqual([1]);
  });

  it('leaves the log of another database alone', async () => {
    const away = join(parent, 'away');
    await rename(folder, away);
    await cp(away, folder, { recursive: true });
    await store.ledger.find(issuer, serial(1));
    expect(await leftByKilled([1])).toEqual([1]);
  });
});
