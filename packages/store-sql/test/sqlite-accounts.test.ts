import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '@entente/accounts';
import type { FeedPosition } from '@entente/accounts/directory';
import { directoryCompliance } from '@entente/accounts/directory/compliance';
import { databaseFile, openStore, type SqlStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/open-database.ts';
import { createSqlDirectory } from '../src/ports/sql-directory.ts';
import { copyFolder } from './copy-folder.ts';
import { ledgerHere } from './in-this-thread.ts';

const keptRemovals = 5;
let folder: string;
let directory: string;
const opened: SqlStore[] = [];

async function openTracked(at: string): Promise<SqlStore> {
  const store = await openStore(at, { keptRemovals });
  opened.push(store);
  return store;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-accounts-'));
  directory = join(folder, 'ca');
  await mkdir(directory);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const account = (user: string, changes: Partial<Account> = {}): Account => ({
  address: `${user}@contoso.example`,
  verifiers: { 'SHA-256': 'a1'.repeat(32) },
  state: 'enabled',
  rights: [],
  ...changes,
});

const rules = directoryCompliance({ durable: true, shared: false });

describe('the accounts in SQLite', () => {
  // Most rules have no need of a thread of their own for the database, which takes long to start from source.
  for (const { check, rule } of rules.filter(({ needs }) => needs === undefined)) {
    it(rule, async () => {
      const driver = await openDatabase(directory);
      try {
        const { queue } = ledgerHere(driver);
        await check({
          directory: createSqlDirectory(queue, { place: driver.place, keptRemovals }),
          keptRemovals,
        });
      } finally {
        await driver.close();
      }
    });
  }

  for (const { check, rule } of rules.filter(({ needs }) => needs !== undefined)) {
    it(rule, async () => {
      const { accounts } = await openTracked(directory);
      const reopen = async () => {
        // What a crash leaves: the files as they are at this moment.
        const left = join(folder, 'after');
        await copyFolder(directory, left);
        return (await openTracked(left)).accounts;
      };
      await check({ directory: accounts, keptRemovals, reopen });
    });
  }

  it('share one database and one flush with the ledger, and outlive its directory', async () => {
    const store = await openTracked(directory);
    await Promise.all([store.accounts.put(account('alice'), 'absent'), store.ledger.nextCrlNumber('ab')]);
    await store.accounts[Symbol.asyncDispose]();
    expect(await store.ledger.nextCrlNumber('ab')).toBe(2);
    await store[Symbol.asyncDispose]();
    const { accounts } = await openTracked(directory);
    expect((await accounts.find('alice@contoso.example'))?.account).toEqual(account('alice'));
  });

  it('are not there after the store was closed under them, and say so', async () => {
    const store = await openTracked(directory);
    await store[Symbol.asyncDispose]();
    const closed = { name: 'AccountsFault', code: 'ENTENTE_ACCOUNTS_CLOSED' };
    await expect(store.accounts.put(account('alice'), 'absent')).rejects.toMatchObject(closed);
  });
});

describe('the feed of accounts', () => {
  it('has another epoch in a copy, with all accounts, and the same one in the database that it is of', async () => {
    const store = await openTracked(directory);
    await store.accounts.put(account('alice'), 'absent');
    const page = await store.accounts.changes(undefined, 10);
    const position = page.ok ? page.position : (undefined as unknown as FeedPosition);
    const restored = join(folder, 'restored');
    await mkdir(restored);
    await store.copyTo(join(restored, databaseFile));
    const copy = await openTracked(restored);
    const lost = { ok: false, refusal: { reason: 'position-lost', data: { because: 'other-epoch' } } };
    expect(await copy.accounts.changes(position, 10)).toMatchObject(lost);
    expect(await copy.accounts.find('alice@contoso.example')).toMatchObject({ version: position.version });
    expect(await store.accounts.changes(position, 10)).toMatchObject({ ok: true, changes: [] });
  });
});
