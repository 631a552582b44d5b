import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatLedgerLine, type LedgerRecord, LedgerState } from '@entente/pki/ledger';
import { openLedgerFile } from '@entente/pki/node';
import { type ImportProgress, openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqliteDriver } from '../src/driver/open-sqlite.ts';
import { openSqlite } from '../src/driver/open-sqlite.ts';
import { importLedgerFile } from '../src/import/import-ledger-file.ts';
import { migrate } from '../src/schema/migrate.ts';
import { entry, issuer, now } from './records.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-import-'));
  file = join(folder, 'ledger.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const revocation = { at: now, reason: 'keyCompromise' } as const;
const hold = { at: now, reason: 'certificateHold' } as const;
const token = { secretHash: 'aa', server: 'fe02.contoso.example', notAfter: now + 1, createdBy: 'alice' };
const { certificate: preCertificate, issuedAt: intendedAt, ...rest } = entry('05');
const foreign = { issuer, serialHex: '0f', notAfter: now };

/** A change of every kind. */
const records: readonly LedgerRecord[] = [
  { type: 'issued', entry: entry('01') },
  { type: 'issued', entry: entry('02') },
  { type: 'issued', entry: entry('03', { predecessor: { issuer, serialHex: '01' } }) },
  { type: 'intended', intent: { ...rest, preCertificate, intendedAt } },
  { type: 'revoked', issuer, serialHex: '02', revocation },
  { type: 'revoked', issuer, serialHex: '03', revocation: hold },
  { type: 'released', issuer, serialHex: '03', at: now },
  { type: 'foreign-revoked', foreign, revocation },
  { type: 'key-blocked', keyHash: 'ff', revocation },
  { type: 'crl-number', issuer, number: 7 },
  { type: 'token-added', token },
  { type: 'token-spent', secretHash: 'aa', at: now, keyHash: 'kk' },
  { type: 'token-added', token: { ...token, secretHash: 'bb' } },
];
const lines = records.map(formatLedgerLine);

describe('a ledger.jsonl of an earlier release', () => {
  it('is taken over with every kind of change, and renamed', async () => {
    await writeFile(file, lines.join(''));
    const progress: ImportProgress[] = [];
    await using store = await openStore(folder, { onImport: (each) => progress.push(each) });
    expect(progress).toEqual([{ file, changes: records.length, done: true }]);
    expect(await readFile(`${file}.imported`, 'utf8')).toBe(lines.join(''));
    expect(await readdir(folder)).not.toContain('ledger.jsonl');
    const state = new LedgerState();
    for (const record of records) state.apply(record);
    const { ledger } = store;
    for (const serialHex of ['01', '02', '03', '05', '0f']) {
      expect(await ledger.find(issuer, serialHex)).toEqual(state.find(issuer, serialHex));
    }
    expect(await ledger.unfinished(issuer)).toEqual(state.unfinished(issuer));
    expect(await ledger.revoked(issuer, 0)).toEqual(state.revoked(issuer, 0));
    expect(await ledger.blockedKey('ff')).toEqual(revocation);
    expect(await ledger.blockedKey(entry('02').keyHash)).toEqual(revocation);
    expect(await ledger.nextCrlNumber(issuer)).toBe(8);
    for (const [secret, key] of [
      ['aa', 'kk'],
      ['aa', 'other'],
      ['bb', 'kk'],
    ] as const) {
      const expected = state.tokens.outcomeOfSpending(secret, key, now);
      expect(await ledger.checkToken(secret, key, now)).toEqual(expected);
    }
  });

  it('may end with a line that a crash has cut: it was never acknowledged', async () => {
    await writeFile(file, lines.join(''));
    await appendFile(file, '{"type":"issued","entry":{"iss');
    await using store = await openStore(folder);
    expect((await store.ledger.list({ limit: 10 })).certificates).toHaveLength(3);
  });

  it('is refused with a damaged line, which is named, and nothing of it is in the database', async () => {
    const torn = [...lines.slice(0, 2), '{"type":"issued"}\n', ...lines.slice(2)].join('');
    await writeFile(file, torn);
    const damaged = { code: 'ENTENTE_PKI_LEDGER_DAMAGED', place: `${file}:3` };
    await expect(openStore(folder)).rejects.toMatchObject(damaged);
    await expect(openStore(folder)).rejects.toMatchObject(damaged);
    await writeFile(file, lines.join(''));
    await using store = await openStore(folder);
    expect(await store.ledger.find(issuer, '01')).toBeDefined();
  });

  it('is refused where two lines contradict each other', async () => {
    await writeFile(file, [lines[0], lines[0]].join(''));
    await expect(openStore(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_DAMAGED',
      place: `${file}:2`,
    });
  });

  it('is not opened while an earlier release may run', async () => {
    await writeFile(file, lines.join(''));
    await writeFile(`${file}.lock`, '1\n');
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
    await rm(`${file}.lock`);
    await using store = await openStore(folder);
    expect(store.standing()).toEqual({ ok: true });
  });

  it('is not opened while an authority of this release has it open, whose revocations would be lost', async () => {
    await writeFile(file, lines.join(''));
    {
      await using running = await openLedgerFile(folder);
      await expect(openStore(folder)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
      expect(await running.revoke(issuer, '01', revocation)).toBe('revoked');
    }
    await using store = await openStore(folder);
    expect(await store.ledger.find(issuer, '01')).toMatchObject({ revocation });
    expect(await readdir(folder)).not.toContain('ledger.lock');
  });

  it('is not mixed with a database that has other records', async () => {
    {
      await using store = await openStore(folder);
      await store.ledger.nextCrlNumber(issuer);
    }
    await writeFile(file, lines.join(''));
    await expect(openStore(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_DAMAGED',
      place: file,
    });
  });
});

describe('an import that a crash ends', () => {
  it('begins again where it was not committed', async () => {
    await writeFile(file, lines.join(''));
    const sound = await openSqlite(join(folder, 'authority.sqlite'));
    await migrate(sound);
    const dying: SqliteDriver = {
      ...sound,
      transaction: (mode, work) =>
        sound.transaction(mode, async (transaction) => {
          await work(transaction);
          throw new Error('killed');
        }),
    };
    await expect(importLedgerFile(dying, folder, () => {})).rejects.toThrow('killed');
    await sound.close();
    await using store = await openStore(folder);
    expect((await store.ledger.list({ limit: 10 })).certificates).toHaveLength(3);
    expect(await readdir(folder)).toContain('ledger.jsonl.imported');
  });

  it('only renames the file where it was committed', async () => {
    await writeFile(file, lines.join(''));
    await (await openStore(folder))[Symbol.asyncDispose]();
    await rename(`${file}.imported`, file);
    await using store = await openStore(folder);
    expect((await store.ledger.list({ limit: 10 })).certificates).toHaveLength(3);
    expect(await readdir(folder)).toContain('ledger.jsonl.imported');
  });
});
