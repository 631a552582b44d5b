import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { auditClosed, checkAuditQuery } from '../audit/audit-fault.ts';
import { formatAuditLine, parseAuditLine } from '../audit/audit-line.ts';
import { auditPage, matchesAuditQuery } from '../audit/audit-page.ts';
import type { AuditTrail, StoredAuditRecord } from '../audit/audit-trail.ts';
import { PkiFault } from '../ground/fault.ts';
import { linesFromEnd } from './lines-from-end.ts';
import { syncFolder } from './write-whole.ts';

/** The end of the file is searched for the last record within this many bytes. */
const maxLineBytes = 1_048_576;

/**
 * Opens an audit trail in a file: one line of JSON for each record, appended and flushed to the disk (fsync) before the answer. Records
 * that arrive during a flush share the next one. A record that could not be written leaves nothing behind, and a later one may succeed.
 * A last line that a crash left incomplete is removed: it was never reported as stored.
 * @param path - the file; it is created with mode 0600 if it does not exist. The ledger beside it excludes other processes
 * @throws PkiFault `ENTENTE_PKI_AUDIT_DAMAGED` if its last line is not a record
 */
export async function openFileAuditTrail(path: string): Promise<AuditTrail> {
  const file = await open(path, 'a+', 0o600);
  try {
    const end = await lastRecord(file, path);
    await syncFolder(dirname(path));
    return new FileAuditTrail(path, file, end);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the trail ends. */
interface TrailEnd {
  readonly number: number;
  readonly bytes: number;
}

class FileAuditTrail implements AuditTrail {
  readonly #path: string;
  readonly #file: FileHandle;
  /** The last record that is durable. */
  #end: TrailEnd;
  #waiting: { readonly record: Omit<StoredAuditRecord, 'number'>; readonly settle: Settle }[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;
  /** A write has failed, so the file may be longer than what was acknowledged. */
  #torn = false;

  constructor(path: string, file: FileHandle, end: TrailEnd) {
    this.#path = path;
    this.#file = file;
    this.#end = end;
  }

  async record(record: Omit<StoredAuditRecord, 'number'>): Promise<void> {
    if (this.#closed) throw auditClosed(this.#path);
    const { promise, settle } = settled();
    this.#waiting.push({ record: { ...record }, settle });
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return promise;
  }

  async read(query: Parameters<AuditTrail['read']>[0]) {
    if (this.#closed) throw auditClosed(this.#path);
    checkAuditQuery(query);
    const { before = Number.POSITIVE_INFINITY, limit } = query;
    const found: StoredAuditRecord[] = [];
    for await (const line of linesFromEnd(this.#file, this.#end.bytes)) {
      const record = parseAuditLine(line);
      if (record === undefined) throw damaged(this.#path);
      if (record.number < before && matchesAuditQuery(record, query)) found.push(record);
      if (found.length > limit) break;
    }
    return auditPage(found, query);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    await this.#file.close();
  }

  /** Writes what is waiting, and what arrives meanwhile. */
  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Wait for the current turn of the event loop, so that all its records join the first flush.
      await Promise.resolve();
      const batch = this.#waiting;
      this.#waiting = [];
      let { number } = this.#end;
      const text = batch.map(({ record }) => formatAuditLine({ ...record, number: ++number })).join('');
      try {
        if (this.#torn) await this.#file.truncate(this.#end.bytes);
        this.#torn = true;
        await this.#file.appendFile(text);
        await this.#file.datasync();
        this.#torn = false;
        this.#end = { number, bytes: this.#end.bytes + Buffer.byteLength(text) };
        for (const { settle } of batch) settle();
      } catch (cause) {
        const fault = new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', {
          sentence: `the audit trail could not be written: ${(cause as Error).message}`,
          place: this.#path,
          remedy: 'free space on the disk, or correct its rights; the authority then goes on by itself',
          cause,
        });
        for (const { settle } of batch) settle(fault);
      }
    }
  }
}

type Settle = (fault?: Error) => void;

function settled(): { readonly promise: Promise<void>; readonly settle: Settle } {
  let settle: Settle = () => {};
  const promise = new Promise<void>((resolve, reject) => {
    settle = (fault) => (fault === undefined ? resolve() : reject(fault));
  });
  return { promise, settle };
}

/** The last whole line; what follows it is cut off. */
async function lastRecord(file: FileHandle, path: string): Promise<TrailEnd> {
  const { size } = await file.stat();
  const length = Math.min(size, maxLineBytes);
  const tail = Buffer.alloc(length);
  await file.read(tail, 0, length, size - length);
  const cut = tail.lastIndexOf(10) + 1;
  if (cut === 0 && size > length) throw damaged(path);
  const bytes = size - length + cut;
  if (bytes < size) {
    await file.truncate(bytes);
    await file.sync();
  }
  if (bytes === 0) return { number: 0, bytes };
  const line = tail.toString('utf8', tail.lastIndexOf(10, cut - 2) + 1, cut - 1);
  const last = parseAuditLine(line);
  if (last === undefined) throw damaged(path);
  return { number: last.number, bytes };
}

function damaged(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUDIT_DAMAGED', {
    sentence: 'a line of the audit trail is not a record',
    place,
    remedy: 'keep the file as evidence, and restore it from a copy or move it away: a new one is then begun',
  });
}
