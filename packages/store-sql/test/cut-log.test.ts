import { copyFile, mkdir, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFile, openDatabase } from '../src/open-database.ts';
import { copyFolder } from './copy-folder.ts';
import { ledgerHere } from './in-this-thread.ts';
import { entry, issuer, now, serial } from './records.ts';

/** SQLite's write-ahead log: a header, then frames of a header and a page each. */
const logHeaderBytes = 32;
const frameBytes = 24 + 4_096;

/** A change that was acknowledged when the log had this many bytes. */
interface Change {
  readonly at: number;
  readonly what: 'issued' | 'revoked' | 'numbered';
  readonly serialHex: string;
  readonly number: number;
}

let folder: string;
let recorded: string;
const changes: Change[] = [];
let bytes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-cut-log-'));
  const directory = join(folder, 'ca');
  recorded = join(folder, 'recorded');
  await mkdir(directory);
  // The schema is in the database; everything after it is in the log, which is never copied into the database.
  await (await openDatabase(directory)).close();
  const driver = await openDatabase(directory, undefined, { checkpointPages: 0 });
  const { ledger } = ledgerHere(driver);
  const acknowledged = async (what: Change['what'], serialHex: string, number = 0): Promise<void> => {
    const { size } = await stat(join(directory, `${databaseFile}-wal`));
    changes.push({ at: size, what, serialHex, number });
  };
  for (let count = 0; count < 8; count++) {
    await ledger.append(entry(serial(count)));
    await acknowledged('issued', serial(count));
    await acknowledged('numbered', '', await ledger.nextCrlNumber(issuer));
    if (count % 2 === 0) {
      await ledger.revoke(issuer, serial(count), { at: now, reason: 'superseded' });
      await acknowledged('revoked', serial(count));
    }
  }
  await copyFolder(directory, recorded);
  bytes = (await stat(join(recorded, `${databaseFile}-wal`))).size;
  await ledger[Symbol.asyncDispose]();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Opens the database with the first bytes of the log, and checks it. */
async function openCutAt(cut: number): Promise<void> {
  const directory = join(folder, `cut-${cut}`);
  await mkdir(directory);
  for (const suffix of ['', '-wal']) {
    await copyFile(join(recorded, databaseFile + suffix), join(directory, databaseFile + suffix));
  }
  await truncate(join(directory, `${databaseFile}-wal`), cut);
  const { ledger } = ledgerHere(await openDatabase(directory));
  const kept = changes.filter(({ at }) => at <= cut);
  for (const { what, serialHex } of kept) {
    if (what === 'numbered') continue;
    const found = await ledger.find(issuer, serialHex);
    expect(found, `serial number ${serialHex} after a cut at ${cut}`).toBeDefined();
    if (what === 'revoked')
      expect(found?.revocation, `cut at ${cut}`).toEqual({ at: now, reason: 'superseded' });
    await expect(ledger.append(entry(serialHex))).rejects.toMatchObject({
      code: 'ENTENTE_PKI_DUPLICATE_SERIAL',
    });
  }
  const given = kept.map(({ number }) => number);
  expect(await ledger.nextCrlNumber(issuer), `CRL number after a cut at ${cut}`).toBeGreaterThan(
    Math.max(0, ...given),
  );
  await ledger[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
}

describe('a log that a crash has cut', () => {
  it('keeps at every frame what was acknowledged before, and gives no number again', async () => {
    const frames = (bytes - logHeaderBytes) / frameBytes;
    expect(frames).toBeGreaterThan(50);
    expect(Number.isInteger(frames)).toBe(true);
    for (let frame = 0; frame <= frames; frame++) await openCutAt(logHeaderBytes + frame * frameBytes);
  });

  it('does so inside the header of the log, and inside frames', async () => {
    for (const cut of [0, 1, logHeaderBytes - 1]) await openCutAt(cut);
    for (let frame = 3; frame * frameBytes < bytes - frameBytes; frame += 11) {
      for (const within of [1, 23, 24, 25, 2_000, frameBytes - 1]) {
        await openCutAt(logHeaderBytes + frame * frameBytes + within);
      }
    }
  });
});
