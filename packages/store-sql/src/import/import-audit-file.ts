import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { parseAuditLine } from '@entente/pki/audit';
import { PkiFault } from '@entente/pki/ledger';
import type { SqlDriver } from '../driver/sql-driver.ts';
import { importAuditRecord } from '../ledger/audit-records.ts';
import type { ImportProgress } from './import-ledger-file.ts';
import { importOnce } from './import-once.ts';

/** No record is longer. */
const maxLineBytes = 1_048_576;

/**
 * Takes over the `audit.jsonl` of an earlier release. A last line that a crash left incomplete is left out: it was never acknowledged.
 * @param driver - with the schema of this program
 * @param directory - folder of the authority
 * @param onProgress - called once it is done
 * @throws PkiFault `ENTENTE_PKI_AUDIT_DAMAGED`
 */
export async function importAuditFile(
  driver: SqlDriver,
  directory: string,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  const path = join(directory, 'audit.jsonl');
  let changes = 0;
  await importOnce(driver, {
    path,
    fact: 'imported audit.jsonl',
    table: 'audit_records',
    async hash() {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
      return hash.digest('hex');
    },
    async apply(transaction) {
      for await (const line of linesOf(path)) {
        const record = parseAuditLine(line);
        changes++;
        if (record === undefined) throw damaged(`${path}:${changes}`);
        await importAuditRecord(transaction, record);
      }
    },
  });
  if (changes > 0) onProgress({ file: path, changes, done: true });
}

/** The whole lines of a file. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const data = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
      yield data.toString('utf8', start, end);
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
    if (rest.length > maxLineBytes) throw damaged(path);
  }
}

function damaged(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUDIT_DAMAGED', {
    sentence: 'a line of the audit trail is not a record',
    place,
    remedy:
      'keep the file as evidence, and restore it from a copy or move it away: a new trail is then begun',
  });
}
