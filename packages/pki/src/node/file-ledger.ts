import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PkiFault } from '../ground/fault.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { formatLedgerLine, parseLedgerLine } from '../ledger/ledger-line.ts';
import type { LedgerRecord } from '../ledger/ledger-record.ts';
import { LedgerState } from '../ledger/ledger-state.ts';
import { type LedgerJournal, recordingLedger } from '../ledger/recording-ledger.ts';
import { lockFile } from './lock-file.ts';
import { syncFolder } from './write-whole.ts';

/** Bytes of the file that are read at once during replay. */
const chunkBytes = 1_048_576;
/** No change is longer; a longer line means that the file is damaged. */
const maxLineBytes = 1_048_576;

/**
 * Opens a ledger in a file: one line of JSON for each change, appended and flushed to the disk (fsync) before the answer. Changes
 * that arrive during a flush share the next one. A last line that a crash left incomplete is removed: it was never reported as
 * stored. One process at a time: a lock file beside it names the process.
 * @param path - the file; it is created with mode 0600 if it does not exist
 * @throws PkiFault `ENTENTE_PKI_LEDGER_DAMAGED` if a line before the last is not a change,
 * `ENTENTE_PKI_LEDGER_LOCKED` if another process has it open
 */
export async function openFileLedger(path: string): Promise<Ledger> {
  const unlock = await lockFile(`${path}.lock`);
  try {
    const file = await open(path, 'a+', 0o600);
    try {
      const state = new LedgerState();
      await replay(file, path, state);
      await syncFolder(dirname(path));
      return recordingLedger(state, fileJournal(path, file, unlock));
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Collects lines during a flush, so that many concurrent changes cost one fsync. */
function fileJournal(path: string, file: FileHandle, unlock: () => Promise<void>): LedgerJournal {
  let waiting: string[] = [];
  let flush: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const writeWaiting = async (): Promise<void> => {
    const lines = waiting.join('');
    waiting = [];
    await file.appendFile(lines);
    await file.datasync();
  };
  const schedule = (): Promise<void> => {
    if (flush === undefined) {
      // Wait for the current turn of the event loop, so that all its changes join the first flush.
      flush = Promise.resolve()
        .then(writeWaiting)
        .finally(() => {
          flush = undefined;
        });
      return flush;
    }
    next ??= flush
      .catch(() => {})
      .then(() => {
        next = undefined;
        return schedule();
      });
    return next;
  };

  return {
    place: path,
    write(record) {
      waiting.push(formatLedgerLine(record));
      return schedule();
    },
    async close() {
      await (next ?? flush)?.catch(() => {});
      await file.close();
      await unlock();
    },
  };
}

async function replay(file: FileHandle, path: string, state: LedgerState): Promise<void> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let lineNumber = 0;
  let wholeBytes = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
      lineNumber++;
      applyLine(data.toString('utf8', start, end), `${path}:${lineNumber}`, state);
      wholeBytes += end + 1 - start;
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
    if (rest.length > maxLineBytes) throw damaged(`${path}:${lineNumber + 1}`, 'the line does not end');
  }
  if (rest.length > 0) {
    await file.truncate(wholeBytes);
    await file.sync();
  }
}

function applyLine(line: string, place: string, state: LedgerState): void {
  const record: LedgerRecord | undefined = parseLedgerLine(line);
  if (record === undefined) throw damaged(place, 'the line is not a change of a ledger');
  try {
    state.apply(record);
  } catch (cause) {
    throw damaged(place, (cause as Error).message);
  }
}

function damaged(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence,
    place,
    remedy: 'restore the file from a copy; do not delete lines, or revoked certificates come back to life',
  });
}
