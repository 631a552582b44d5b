import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '@entente/pki/ledger';
import { ledgerCompliance } from '@entente/pki/ledger/compliance';
import { openStore, type SqlStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFolder } from './copy-folder.ts';

let folder: string;
let directory: string;
const opened: SqlStore[] = [];

async function openTracked(directory: string): Promise<SqlStore> {
  const store = await openStore(directory);
  opened.push(store);
  return store;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-store-sql-'));
  directory = join(folder, 'ca');
  await mkdir(directory);
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('the ledger in SQLite', () => {
  for (const { rule, check } of ledgerCompliance({ durable: true })) {
    it(rule, async () => {
      const { ledger } = await openTracked(directory);
      const reopen = async (): Promise<Ledger> => {
        // What a crash leaves: the files as they are at this moment.
        const left = join(folder, 'after');
        await copyFolder(directory, left);
        return (await openTracked(left)).ledger;
      };
      await check({ ledger, reopen });
    });
  }

  it('is readable by its owner only', async () => {
    await openTracked(directory);
    for (const name of ['authority.sqlite', 'authority.sqlite-wal']) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });
});
