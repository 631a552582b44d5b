import { open } from 'node:fs/promises';
import { PkiFault } from '../ground/fault.ts';
import { parseLedgerLine } from '../ledger/ledger-line.ts';
import type { LedgerRecord } from '../ledger/ledger-record.ts';

/** Bytes of the file that are read at once. */
const chunkBytes = 1_048_576;
/** No change is longer; a longer line means that the file is damaged. */
const maxLineBytes = 1_048_576;

/** A change that a ledger file has recorded. */
export interface LedgerFileRecord {
  /** The change, as the line has it. */
  readonly record: LedgerRecord;
  /** File and line, for faults. */
  readonly place: string;
}

/**
 * Reads a ledger of the earlier format, `ledger.jsonl`: one line of JSON for each change. A last line that a crash left incomplete is
 * left out: it was never reported as stored.
 * @param path - the file
 * @throws PkiFault `ENTENTE_PKI_LEDGER_DAMAGED` if a line before the last is not a change
 */
export async function* readLedgerFile(path: string): AsyncGenerator<LedgerFileRecord> {
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let rest = Buffer.alloc(0);
    let lineNumber = 0;
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
        lineNumber++;
        const place = `${path}:${lineNumber}`;
        const record = parseLedgerLine(data.toString('utf8', start, end));
        if (record === undefined) throw damaged(place, 'the line is not a change of a ledger');
        yield { record, place };
        start = end + 1;
      }
      rest = Buffer.from(data.subarray(start));
      if (rest.length > maxLineBytes) throw damaged(`${path}:${lineNumber + 1}`, 'the line does not end');
    }
  } finally {
    await file.close();
  }
}

function damaged(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence,
    place,
    remedy: 'restore the file from a copy; do not delete lines, or revoked certificates come back to life',
  });
}
