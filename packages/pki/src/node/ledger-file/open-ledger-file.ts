import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aText, checkValue } from '../../ground/check-values.ts';
import { PkiFault } from '../../ground/fault.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { formatLedgerLine } from '../../ledger/ledger-line.ts';
import type { LedgerRecord } from '../../ledger/ledger-record.ts';
import { LedgerState } from '../../ledger/ledger-state.ts';
import { type LedgerJournal, recordingLedger } from '../../ledger/recording-ledger.ts';
import { authorityFiles } from '../authority-files.ts';
import { createFolder } from '../create-folder.ts';
import { readLedgerFile } from '../read-ledger-file.ts';
import { secretMode, syncFolder } from '../write-file-atomically.ts';
import { lockLedger } from './ledger-lock.ts';

/** The file of the ledger, in the folder of the authority. `openLedger` of `@entente/store-sql` imports it. */
export const ledgerFile = 'ledger.jsonl';

const lineEnd = 0x0a;

/**
 * Opens a ledger in one file, `ledger.jsonl`: a line of JSON for each change, flushed to the disk before it is acknowledged; all of it is
 * in memory. It is for an authority with some thousand certificates a year; `@entente/store-sql` has one for more, and imports this one.
 * @param directory - created with mode 0700 where it does not exist
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED` where another process has it open, `ENTENTE_PKI_LEDGER_DAMAGED`;
 * `ENTENTE_PKI_AUTHORITY_DAMAGED` where the folder has an authority that is complete, and the file is missing or empty
 */
export async function openLedgerFile(directory: string): Promise<Ledger> {
  checkValue(directory, aText, 'directory of openLedgerFile');
  await createFolder(directory);
  const path = join(directory, ledgerFile);
  const unlock = await lockLedgerFile(directory);
  try {
    await refuseWithoutRecords(directory, path);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const file = await open(path, flags, secretMode).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ELOOP' ? linked(path) : error;
    });
    try {
      await syncFolder(dirname(path));
      const state = new LedgerState();
      for await (const { record } of readLedgerFile(path)) state.apply(record);
      const size = await cutIncomplete(file);
      return recordingLedger(state, journalOf(file, path, size, unlock));
    } catch (fault) {
      await file.close();
      throw fault;
    }
  } catch (fault) {
    await unlock();
    throw fault;
  }
}

/**
 * Locks the ledger in a folder for this process, as `openLedgerFile` does: for a program that reads the file and moves it away.
 * @param directory - of the ledger
 * @returns ends the lock
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED` where another process has it open, or this one
 */
export function lockLedgerFile(directory: string): Promise<() => Promise<void>> {
  return lockLedger(join(directory, 'ledger.lock'), join(directory, ledgerFile));
}

/** A last line that a crash has left incomplete was never acknowledged, and the next one must not be appended to it. */
async function cutIncomplete(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const octet = Buffer.alloc(1);
  let end = size;
  while (end > 0) {
    await file.read(octet, 0, 1, end - 1);
    if (octet[0] === lineEnd) break;
    end--;
  }
  if (end < size) {
    await file.truncate(end);
    await file.sync();
  }
  return end;
}

/** Whatever waits while a flush is under way becomes the next one. */
function journalOf(
  file: FileHandle,
  place: string,
  start: number,
  unlock: () => Promise<void>,
): LedgerJournal {
  let size = start;
  let waiting = '';
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const lines = Buffer.from(waiting);
    waiting = '';
    next = undefined;
    // What another process has written is not in memory here: each number and each revocation in it would be ignored.
    if (!(await isOurs(file, place, size))) throw foreign(place);
    await file.appendFile(lines);
    await file.datasync();
    size += lines.length;
    // Another one may have written between the two: nothing is acknowledged that it may contradict.
    if (!(await isOurs(file, place, size))) throw foreign(place);
  };
  return {
    place,
    write(record: LedgerRecord) {
      waiting += formatLedgerLine(record);
      next ??= last = last.then(flush);
      return next;
    },
    async close() {
      await last.catch(() => {});
      await file.close();
      await unlock();
    },
  };
}

/** Whether the file is still the one that its name leads to, with what this process has written to it and nothing else. */
async function isOurs(file: FileHandle, place: string, size: number): Promise<boolean> {
  const own = await file.stat();
  const named = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return own.size === size && named?.ino === own.ino && named.dev === own.dev;
}

/** The creation of an authority alone has recorded a list of the root, before it has written the certificate of that. */
async function refuseWithoutRecords(directory: string, path: string): Promise<void> {
  if (!(await isThere(join(directory, authorityFiles.rootCertificate)))) return;
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size > 0) return;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence:
      'the authority is there, and its ledger is missing or empty: nothing would be known of what it has issued and revoked',
    place: path,
    remedy:
      'bring the file back, or restore the last backup with entente ca restore; a program whose ledger is in a database gives the option openLedger that opens it',
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function linked(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence: 'expected a plain file, found a symbolic link',
    place,
    remedy: 'find out who has put it there; to have the ledger elsewhere, move the whole folder',
  });
}

function foreign(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_LOCKED', {
    sentence: 'another process has written to the ledger since it was opened, or moved it away',
    place,
    remedy: 'stop one of the two, then open the authority again: it is open in one process at a time',
  });
}
