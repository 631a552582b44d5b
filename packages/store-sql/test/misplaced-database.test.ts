import { copyFile, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type SqlStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry, issuer, serial } from './records.ts';

let parent: string;
let folder: string;
let store: SqlStore;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'entente-misplaced-'));
  folder = join(parent, 'ca');
  await mkdir(folder, { mode: 0o700 });
  store = await openStore(folder);
  await store.ledger.append(entry(serial(1)));
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(parent, { recursive: true, force: true });
});

const away = () => join(parent, 'away');
const refused = { code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE', remedy: expect.stringContaining('do not restart') };

describe('a database that is open while its folder goes', () => {
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
    [
      'made again with another database',
      async () => {
        await rename(folder, away());
        await mkdir(folder);
        await copyFile(join(away(), 'authority.sqlite'), join(folder, 'authority.sqlite'));
      },
      'another file',
    ],
  ])('acknowledges nothing where it was %s, and answers what it knows', async (_, go, found) => {
    await go();
    await expect(store.ledger.append(entry(serial(2)))).rejects.toMatchObject(refused);
    expect(await store.ledger.find(issuer, serial(1))).toMatchObject({ serialHex: serial(1) });
    expect(store.standing()).toMatchObject({ ok: false, sentence: expect.stringContaining(found) });
  });

  it('says so as soon as anything is read, and goes on where the folder is put back', async () => {
    await rename(folder, away());
    await store.ledger.find(issuer, serial(1));
    expect(store.standing()).toMatchObject({ ok: false, remedy: refused.remedy });
    await rename(away(), folder);
    await store.ledger.append(entry(serial(2)));
    expect(store.standing()).toEqual({ ok: true });
  });
});
