import { mkdir, mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDatabase, databaseFile, holdDatabase, openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entry, issuer, serial } from './records.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-copy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a copy of an open database', () => {
  it('has everything that was acknowledged before, and nothing that was asked for later', async () => {
    const file = join(folder, 'copy', databaseFile);
    await using store = await openStore(folder);
    const { ledger } = store;
    await Promise.all([1, 2, 3].map((count) => ledger.append(entry(serial(count)))));
    await ledger.nextCrlNumber(issuer);
    await mkdir(join(folder, 'copy'));
    const copied = store.copyTo(file);
    const later = ledger.append(entry(serial(4)));
    await Promise.all([copied, later]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await checkDatabase(file);
    await using copy = await openStore(join(folder, 'copy'));
    const { certificates } = await copy.ledger.list({ limit: 10 });
    expect(certificates.map(({ serialHex }) => serialHex)).toEqual([1, 2, 3].map(serial));
    expect(await copy.ledger.nextCrlNumber(issuer)).toBe(2);
    expect(await ledger.find(issuer, serial(4))).toBeDefined();
  });

  it('overwrites nothing, and the store goes on after a copy that failed', async () => {
    await using store = await openStore(folder);
    const file = join(folder, 'there');
    await writeFile(file, 'of somebody else');
    const fault = { code: 'ENTENTE_PKI_FILE_UNAVAILABLE', place: file };
    await expect(store.copyTo(file)).rejects.toMatchObject(fault);
    await store.ledger.append(entry(serial(1)));
    expect(store.standing()).toEqual({ ok: true });
  });

  it('is refused once the store is closed', async () => {
    const store = await openStore(folder);
    await store[Symbol.asyncDispose]();
    const copied = store.copyTo(join(folder, 'late'));
    await expect(copied).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_CLOSED' });
  });
});

describe('a database that is looked at', () => {
  it('is damaged where one page has other content', async () => {
    const file = join(folder, databaseFile);
    {
      await using store = await openStore(folder);
      for (let count = 0; count < 50; count++) await store.ledger.append(entry(serial(count)));
    }
    await checkDatabase(file);
    const { size } = await stat(file);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(4_096, 0xff), 0, 4_096, Math.floor(size / 8_192) * 4_096);
    await handle.close();
    await expect(checkDatabase(file)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
    await using _held = await holdDatabase(file);
  });

  it('is in use while a store has it open, and not after', async () => {
    const file = join(folder, databaseFile);
    {
      await using _store = await openStore(folder);
      await expect(holdDatabase(file)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    }
    await (await holdDatabase(file))[Symbol.asyncDispose]();
  });

  it('that is held is opened by nobody, until it is given up', async () => {
    const file = join(folder, databaseFile);
    await (await openStore(folder))[Symbol.asyncDispose]();
    const held = await holdDatabase(file);
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    await held[Symbol.asyncDispose]();
    await held[Symbol.asyncDispose]();
    await (await openStore(folder))[Symbol.asyncDispose]();
  });
});
