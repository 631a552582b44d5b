import type { ForeignCertificate, Revocation, RevokedCertificate, RevokeOutcome } from '@entente/pki/ledger';
import type { SqlTransaction } from '../driver/sql-driver.ts';
import { revocationOf } from './certificate-row.ts';
import { lastNumber } from './row-number.ts';

/** Revokes a certificate, an intent or a foreign certificate. */
export async function revoke(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
  revocation: Revocation,
): Promise<RevokeOutcome> {
  const known = await knownCertificate(transaction, issuer, serialHex);
  if (known === undefined) return 'unknown';
  const before = await revocationNow(transaction, issuer, serialHex);
  const holdBecomesFinal = before?.reason === 'certificateHold' && revocation.reason !== 'certificateHold';
  if (before !== undefined && !holdBecomesFinal) return 'already-revoked';
  await setRevocation(transaction, { issuer, serialHex, notAfter: known.notAfter }, revocation);
  const { keyHash } = known;
  if (revocation.reason === 'keyCompromise' && keyHash !== undefined) {
    await block(transaction, keyHash, 'compromised', revocation);
  }
  return 'revoked';
}

/** Revokes a certificate that is not recorded; the same as {@link revoke} for one that is. */
export async function revokeForeign(
  transaction: SqlTransaction,
  foreign: ForeignCertificate,
  revocation: Revocation,
): Promise<Exclude<RevokeOutcome, 'unknown'>> {
  const { issuer, serialHex, notAfter } = foreign;
  const outcome = await revoke(transaction, issuer, serialHex, revocation);
  if (outcome !== 'unknown') return outcome;
  await transaction.run('INSERT INTO foreign_certificates (issuer, serial_hex, not_after) VALUES (?, ?, ?)', [
    issuer,
    serialHex,
    notAfter,
  ]);
  await setRevocation(transaction, foreign, revocation);
  return 'revoked';
}

/** Ends a hold. */
export async function release(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
): Promise<boolean> {
  const before = await revocationNow(transaction, issuer, serialHex);
  if (before?.reason !== 'certificateHold') return false;
  await removeRevocation(transaction, issuer, serialHex);
  return true;
}

/** A part of the list of revoked certificates. */
export interface RevokedWindow {
  readonly revoked: readonly RevokedCertificate[];
  /** The number after which the next part begins; absent where there is none. */
  readonly next?: number;
}

/**
 * Lists revoked certificates in the order of revocation.
 * @param notAfterFrom - those that expired before are left out
 * @param after - the number after which it begins
 * @param limit - most certificates
 */
export async function revokedWindow(
  transaction: SqlTransaction,
  issuer: string,
  notAfterFrom: number,
  after: number,
  limit: number,
): Promise<RevokedWindow> {
  const rows = await transaction.all(
    `SELECT number, serial_hex, not_after, revoked_at, reason FROM revocations
  WHERE issuer = ? AND not_after >= ? AND number > ? ORDER BY number LIMIT ?`,
    [issuer, notAfterFrom, after, limit],
  );
  const revoked = rows.map((row) => ({
    serialHex: row.serial_hex as string,
    notAfter: row.not_after as number,
    revocation: revocationOf(row),
  }));
  const last = rows.at(-1)?.number as number | undefined;
  return last !== undefined && rows.length === limit ? { revoked, next: last } : { revoked };
}

/** Blocks a key; the first reason stays. */
export async function blockKey(
  transaction: SqlTransaction,
  keyHash: string,
  revocation: Revocation,
): Promise<void> {
  await block(transaction, keyHash, 'blocked', revocation);
}

/** Why a key is blocked: by itself, or else by the first revocation of a certificate of it for keyCompromise. */
export async function blockedKey(
  transaction: SqlTransaction,
  keyHash: string,
): Promise<Revocation | undefined> {
  const [row] = await transaction.all(
    'SELECT blocked_at AS revoked_at, reason FROM blocked_keys WHERE key_hash = ? ORDER BY kind LIMIT 1',
    [keyHash],
  );
  return row && revocationOf(row);
}

/** The next CRL number of an issuer, greater than `above`. */
export async function nextCrlNumber(
  transaction: SqlTransaction,
  issuer: string,
  above: number,
): Promise<number> {
  const [row] = await transaction.all('SELECT number FROM crl_numbers WHERE issuer = ?', [issuer]);
  const number = Math.max((row?.number as number | undefined) ?? 0, above) + 1;
  await setCrlNumber(transaction, issuer, number);
  return number;
}

/** Sets the CRL number that an issuer has used last. */
export async function setCrlNumber(
  transaction: SqlTransaction,
  issuer: string,
  number: number,
): Promise<void> {
  await transaction.run(
    'INSERT INTO crl_numbers (issuer, number) VALUES (?, ?) ON CONFLICT (issuer) DO UPDATE SET number = excluded.number',
    [issuer, number],
  );
}

/** When a certificate, intent or foreign certificate expires, and the key of it where it is known. */
async function knownCertificate(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
): Promise<{ readonly notAfter: number; readonly keyHash: string | undefined } | undefined> {
  const [row] = await transaction.all(
    `SELECT not_after, key_hash FROM certificates WHERE issuer = ? AND serial_hex = ?
  UNION ALL SELECT not_after, key_hash FROM intents WHERE issuer = ? AND serial_hex = ?
  UNION ALL SELECT not_after, NULL FROM foreign_certificates WHERE issuer = ? AND serial_hex = ?`,
    [issuer, serialHex, issuer, serialHex, issuer, serialHex],
  );
  if (row === undefined) return undefined;
  return { notAfter: row.not_after as number, keyHash: (row.key_hash as string | null) ?? undefined };
}

async function revocationNow(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
): Promise<Revocation | undefined> {
  const [row] = await transaction.all(
    'SELECT revoked_at, reason FROM revocations WHERE issuer = ? AND serial_hex = ?',
    [issuer, serialHex],
  );
  return row && revocationOf(row);
}

/** A hold that becomes final gets a new number, because its revocation is the latest. */
async function setRevocation(
  transaction: SqlTransaction,
  { issuer, serialHex, notAfter }: ForeignCertificate,
  { at, reason }: Revocation,
): Promise<void> {
  const number = (await lastNumber(transaction, 'revocations')) + 1;
  await removeRevocation(transaction, issuer, serialHex);
  await transaction.run(
    'INSERT INTO revocations (number, issuer, serial_hex, not_after, revoked_at, reason) VALUES (?, ?, ?, ?, ?, ?)',
    [number, issuer, serialHex, notAfter, at, reason],
  );
}

async function removeRevocation(
  transaction: SqlTransaction,
  issuer: string,
  serialHex: string,
): Promise<void> {
  await transaction.run('DELETE FROM revocations WHERE issuer = ? AND serial_hex = ?', [issuer, serialHex]);
}

async function block(
  transaction: SqlTransaction,
  keyHash: string,
  kind: 'blocked' | 'compromised',
  { at, reason }: Revocation,
): Promise<void> {
  await transaction.run(
    'INSERT INTO blocked_keys (key_hash, kind, blocked_at, reason) VALUES (?, ?, ?, ?) ON CONFLICT (key_hash, kind) DO NOTHING',
    [keyHash, kind, at, reason],
  );
}
