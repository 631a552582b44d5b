import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '@entente/pki/ledger';
import type { SqlDriver, SqlTransaction } from '../driver/sql-driver.ts';
import { applyRecord } from './apply-record.ts';

/** The ledger of earlier releases and of `openAuthority`, in the folder of the authority. */
const earlierFile = 'ledger.jsonl';
/** The name of the fact that says which file was imported. */
const importedFact = 'imported ledger.jsonl';
/** Changes between two reports. */
const reportEvery = 10_000;

/** How far the import of the earlier format is. */
export interface ImportProgress {
  /** The file that is read. */
  readonly file: string;
  /** Changes that were read so far. */
  readonly changes: number;
  /** Whether all are in the database. */
  readonly done: boolean;
}

/**
 * Takes over the ledger of earlier releases into an empty database: everything in one transaction, then the file is renamed to
 * `ledger.jsonl.imported`. After a crash it begins again, or only renames the file if the transaction had been stored.
 * @param driver - the database
 * @param directory - the folder of the authority
 * @param onProgress - called now and then
 * @throws PkiFault `ENTENTE_PKI_LEDGER_DAMAGED`, `ENTENTE_PKI_LEDGER_LOCKED`
 */
export async function importLedgerFile(
  driver: SqlDriver,
  directory: string,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  const file = join(directory, earlierFile);
  if (!(await exists(file))) return;
  // Only here, because it brings along everything that a ceremony needs.
  const { lockLedgerFile } = await import('@entente/pki/node');
  // An authority that has the file open would go on to write to it.
  const unlock = await lockLedgerFile(directory);
  try {
    await refuseRunning(`${file}.lock`);
    // Another process may have been faster.
    if (await exists(file)) await importLocked(driver, directory, file, onProgress);
  } finally {
    await unlock();
  }
}

async function importLocked(
  driver: SqlDriver,
  directory: string,
  file: string,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  const { readLedgerFile, syncFolder } = await import('@entente/pki/node');
  const hash = await sha256Of(file);
  const imported = await driver.transaction('write', async (transaction) => {
    if (!(await isNew(transaction, file, hash))) return undefined;
    let changes = 0;
    for await (const { record, place } of readLedgerFile(file)) {
      try {
        await applyRecord(transaction, record);
      } catch (error) {
        throw error instanceof PkiFault ? damagedLine(place, error) : error;
      }
      if (++changes % reportEvery === 0) onProgress({ file, changes, done: false });
    }
    await transaction.run('INSERT INTO facts (name, value) VALUES (?, ?)', [importedFact, hash]);
    return changes;
  });
  await rename(file, `${file}.imported`);
  await syncFolder(directory);
  if (imported !== undefined) onProgress({ file, changes: imported, done: true });
}

/** Whether the file is to be imported: it is not if this one was; with another one there are two truths. */
async function isNew(transaction: SqlTransaction, file: string, hash: string): Promise<boolean> {
  const [fact] = await transaction.all('SELECT value FROM facts WHERE name = ?', [importedFact]);
  if (fact?.value === hash) return false;
  const rows = await transaction.all(
    `SELECT 1 AS used FROM certificates UNION ALL SELECT 1 FROM intents UNION ALL SELECT 1 FROM tokens
  UNION ALL SELECT 1 FROM crl_numbers UNION ALL SELECT 1 FROM blocked_keys UNION ALL SELECT 1 FROM foreign_certificates LIMIT 1`,
    [],
  );
  if (fact === undefined && rows.length === 0) return true;
  throw new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence: 'the directory contains a database and a ledger.jsonl that was not imported into it',
    place: file,
    remedy:
      'move the one that is out of date to another directory; with an older one, revoked certificates come back to life',
  });
}

/** An earlier release that still runs would add to the file, and its changes would be lost. */
async function refuseRunning(lock: string): Promise<void> {
  if (!(await exists(lock))) return;
  throw new PkiFault('ENTENTE_PKI_LEDGER_LOCKED', {
    sentence: 'an earlier release of the authority has the ledger open, or ended without closing it',
    place: lock,
    remedy: 'stop the earlier release, then delete the lock file',
  });
}

function damagedLine(place: string, cause: PkiFault): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence: cause.message,
    place,
    remedy: 'restore the file from a copy; do not delete lines, or revoked certificates come back to life',
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
