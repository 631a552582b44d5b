import {
  type CertificateId,
  type CertificateQuery,
  type IssuanceIntent,
  type LedgerEntry,
  PkiFault,
  type RecordedCertificate,
} from '@entente/pki/ledger';
import type { SqlTransaction, SqlValue } from '../driver/sql-driver.ts';
import { startOfKeyHash } from '../schema/migrations.ts';
import {
  certificateColumns,
  certificateOf,
  certificateValues,
  intentColumns,
  intentOf,
  intentValues,
  rowPlaceholders,
} from './certificate-row.ts';
import { followingNumber, lastNumber } from './row-number.ts';

/** Certificates with their revocation. */
const recorded = `SELECT c.number, ${qualified(certificateColumns)}, r.revoked_at, r.reason FROM certificates c
  LEFT JOIN revocations r ON r.issuer = c.issuer AND r.serial_hex = c.serial_hex`;

/** Certificates that {@link listWindow} looks at, so that a list of few among many holds up nothing else. */
const windowSize = 5_000;

/** Records what is about to be signed. @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` */
export async function intend(transaction: SqlTransaction, intent: IssuanceIntent): Promise<void> {
  const isTaken =
    (await has(transaction, 'certificates', intent)) ||
    (await has(transaction, 'foreign_certificates', intent));
  if (isTaken || !(await add(transaction, 'intents', intentColumns, intentValues(intent)))) {
    throw duplicate(intent);
  }
}

/** Records a certificate, which completes its intent. @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` */
export async function append(transaction: SqlTransaction, entry: LedgerEntry): Promise<void> {
  const { issuer, serialHex } = entry;
  const isTaken = await has(transaction, 'foreign_certificates', entry);
  if (isTaken || !(await add(transaction, 'certificates', certificateColumns, certificateValues(entry)))) {
    throw duplicate(entry);
  }
  await transaction.run('DELETE FROM intents WHERE issuer = ? AND serial_hex = ?', [issuer, serialHex]);
}

/** The intents that are neither completed nor revoked. */
export async function unfinished(
  transaction: SqlTransaction,
  issuer: string,
): Promise<readonly IssuanceIntent[]> {
  const rows = await transaction.all(
    `SELECT ${intentColumns} FROM intents i WHERE i.issuer = ? AND NOT EXISTS
  (SELECT 1 FROM revocations r WHERE r.issuer = i.issuer AND r.serial_hex = i.serial_hex) ORDER BY i.number`,
    [issuer],
  );
  return rows.map(intentOf);
}

/** A certificate by its serial number. */
export async function find(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
): Promise<RecordedCertificate | undefined> {
  const [row] = await transaction.all(`${recorded} WHERE c.issuer = ? AND c.serial_hex = ?`, [
    issuer,
    serialHex,
  ]);
  return row && certificateOf(row);
}

/** The certificates of a subject that expire at a time or later. */
export async function issuedTo(
  transaction: SqlTransaction,
  subject: string,
  validAt: number,
): Promise<readonly RecordedCertificate[]> {
  return certificates(transaction, 'c.subject = ? AND c.not_after >= ?', [subject, validAt]);
}

/** The certificates of a key. */
export async function issuedFor(
  transaction: SqlTransaction,
  keyHash: string,
): Promise<readonly RecordedCertificate[]> {
  const condition = `${startOfKeyHash('c.key_hash')} = ${startOfKeyHash('?')} AND c.key_hash = ?`;
  return certificates(transaction, condition, [keyHash, keyHash]);
}

/** The certificates that renew one. */
export async function successors(
  transaction: SqlTransaction,
  { issuer, serialHex }: CertificateId,
): Promise<readonly RecordedCertificate[]> {
  return certificates(transaction, 'c.predecessor_serial = ? AND c.predecessor_issuer = ?', [
    serialHex,
    issuer,
  ]);
}

/** The subjects with a live certificate of a profile. */
export async function subjects(
  transaction: SqlTransaction,
  profile: string,
  validAt: number,
): Promise<readonly string[]> {
  const rows = await transaction.all(
    `SELECT DISTINCT c.subject FROM certificates c WHERE c.profile = ? AND c.not_after >= ? AND NOT EXISTS
  (SELECT 1 FROM revocations r WHERE r.issuer = c.issuer AND r.serial_hex = c.serial_hex) ORDER BY c.subject`,
    [profile, validAt],
  );
  return rows.map(({ subject }) => subject as string);
}

/** A part of a list: what was found in one window of numbers. */
export interface ListWindow {
  readonly found: readonly { readonly number: number; readonly certificate: RecordedCertificate }[];
  /** The number after which the next window begins; absent where there is none. */
  readonly next?: number;
}

/**
 * Lists certificates of a query in the order of their numbers, within a bounded part of the table.
 * @param after - the number after which it begins
 * @param limit - most certificates
 */
export async function listWindow(
  transaction: SqlTransaction,
  { profile, subject, validAt }: CertificateQuery,
  after: number,
  limit: number,
): Promise<ListWindow> {
  const conditions = ['c.number > ?'];
  const values: SqlValue[] = [after];
  const where = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  // The certificates of one subject are found by their index, wherever they are.
  const end = subject === undefined ? after + windowSize : undefined;
  where('c.number <= ?', end);
  where('c.subject = ?', subject);
  where('c.profile = ?', profile);
  where('c.not_after >= ?', validAt);
  const rows = await transaction.all(
    `${recorded} WHERE ${conditions.join(' AND ')} ORDER BY c.number LIMIT ?`,
    [...values, limit],
  );
  const found = rows.map((row) => ({ number: row.number as number, certificate: certificateOf(row) }));
  if (end === undefined || end >= (await lastNumber(transaction, 'certificates'))) return { found };
  return { found, next: end };
}

async function certificates(
  transaction: SqlTransaction,
  condition: string,
  values: readonly SqlValue[],
): Promise<readonly RecordedCertificate[]> {
  const rows = await transaction.all(`${recorded} WHERE ${condition} ORDER BY c.number`, values);
  return rows.map(certificateOf);
}

/** Whether a table has a serial number of an issuer. */
async function has(
  transaction: SqlTransaction,
  table: 'certificates' | 'foreign_certificates',
  { issuer, serialHex }: CertificateId,
): Promise<boolean> {
  const sql = `SELECT 1 AS taken FROM ${table} WHERE issuer = ? AND serial_hex = ?`;
  return (await transaction.all(sql, [issuer, serialHex])).length > 0;
}

/**
 * Adds a row with the next number.
 * @returns false where the table has the serial number of that issuer already
 */
async function add(
  transaction: SqlTransaction,
  table: 'certificates' | 'intents',
  columns: string,
  values: readonly SqlValue[],
): Promise<boolean> {
  const added = await transaction.run(
    `INSERT INTO ${table} (number, ${columns}) VALUES (${followingNumber(table)}, ${rowPlaceholders})
  ON CONFLICT (issuer, serial_hex) DO NOTHING`,
    values,
  );
  return added > 0;
}

function qualified(columns: string): string {
  return columns
    .split(', ')
    .map((column) => `c.${column}`)
    .join(', ');
}

function duplicate({ issuer, serialHex }: CertificateId): PkiFault {
  return new PkiFault('ENTENTE_PKI_DUPLICATE_SERIAL', {
    sentence: `authority ${issuer} has already issued serial number ${serialHex}`,
    place: `ledger of authority ${issuer}`,
    remedy: 'draw another serial number; if this happens twice, the random source is broken',
  });
}
