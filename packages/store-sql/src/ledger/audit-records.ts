import type { AuditQuery, AuditRecord, StoredAuditRecord } from '@entente/pki/audit';
import type { SqlRow, SqlTransaction, SqlValue } from '../driver/sql-driver.ts';
import { followingNumber, lastNumber } from './row-number.ts';

const columns = 'recorded_at, action, actor, source, subject, outcome, reason, details';
/** Records that {@link auditWindow} looks at, so that a search for few among many holds up nothing else. */
const windowSize = 5_000;

/** Adds a record after the last one. */
export async function recordAudit(transaction: SqlTransaction, record: AuditRecord): Promise<void> {
  await transaction.run(
    `INSERT INTO audit_records (number, ${columns}) VALUES (${followingNumber('audit_records')}, ?, ?, ?, ?, ?, ?, ?, ?)`,
    valuesOf(record),
  );
}

/** Adds a record of an earlier release, with its number. */
export async function importAuditRecord(
  transaction: SqlTransaction,
  record: StoredAuditRecord,
): Promise<void> {
  await transaction.run(`INSERT INTO audit_records (number, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    record.number,
    ...valuesOf(record),
  ]);
}

/** A part of the trail: what was found in one window of numbers, newest first. */
export interface AuditWindow {
  readonly found: readonly StoredAuditRecord[];
  /** The number before which the next window begins; absent where there is none. */
  readonly next?: number;
}

/**
 * Reads records of a query, the newest first, within a bounded part of the table.
 * @param before - those with a lower number; undefined for the end of the trail
 * @param limit - most records
 */
export async function auditWindow(
  transaction: SqlTransaction,
  { action, actor, subject }: Pick<AuditQuery, 'action' | 'actor' | 'subject'>,
  before: number | undefined,
  limit: number,
): Promise<AuditWindow> {
  const last = await lastNumber(transaction, 'audit_records');
  const end = Math.min(before ?? last + 1, last + 1);
  const start = Math.max(end - windowSize, 1);
  const conditions = ['number < ?', 'number >= ?'];
  const values: SqlValue[] = [end, start];
  for (const [column, value] of [
    ['action', action],
    ['actor', actor],
    ['subject', subject],
  ] as const) {
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  const rows = await transaction.all(
    `SELECT number, ${columns} FROM audit_records WHERE ${conditions.join(' AND ')} ORDER BY number DESC LIMIT ?`,
    [...values, limit],
  );
  const found = rows.map(recordOf);
  return start > 1 ? { found, next: start } : { found };
}

function valuesOf({ action, actor, at, details, from, outcome, reason, subject }: AuditRecord): SqlValue[] {
  // What a caller has named may contain NUL, which the database does not give back.
  const text = (value: string | undefined): SqlValue => value?.replaceAll('\0', '\uFFFD') ?? null;
  return [at, action, text(actor), text(from), text(subject), outcome, text(reason), JSON.stringify(details)];
}

function recordOf(row: SqlRow): StoredAuditRecord {
  const { action, actor, details, number, outcome, reason, recorded_at: at, source, subject } = row;
  return {
    at,
    action,
    actor,
    ...(source === null ? {} : { from: source }),
    ...(subject === null ? {} : { subject }),
    outcome,
    ...(reason === null ? {} : { reason }),
    details: JSON.parse(details as string) as unknown,
    number,
  } as StoredAuditRecord;
}
