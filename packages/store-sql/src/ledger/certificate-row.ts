import type { IssuanceIntent, LedgerEntry, RecordedCertificate, Revocation } from '@entente/pki/ledger';
import type { SqlRow, SqlValue } from '../driver/sql-driver.ts';

/** Columns that intents and certificates have in common, in the order of {@link valuesOf}. */
const columns = [
  'issuer',
  'serial_hex',
  'profile',
  'subject',
  'names',
  'not_before',
  'not_after',
  'requester',
  'key_hash',
  'interface',
  'predecessor_issuer',
  'predecessor_serial',
] as const;

/** Columns of a certificate without its number. */
export const certificateColumns = [...columns, 'issued_at', 'certificate'].join(', ');
/** Columns of an intent without its number. */
export const intentColumns = [...columns, 'intended_at', 'pre_certificate'].join(', ');
/** A placeholder for each of either. */
export const rowPlaceholders = Array.from({ length: columns.length + 2 }, () => '?').join(', ');

/** The values of a certificate in the order of {@link certificateColumns}. */
export function certificateValues(entry: LedgerEntry): SqlValue[] {
  return [...valuesOf(entry), entry.issuedAt, entry.certificate];
}

/** The values of an intent in the order of {@link intentColumns}. */
export function intentValues(intent: IssuanceIntent): SqlValue[] {
  return [...valuesOf(intent), intent.intendedAt, intent.preCertificate];
}

/** A certificate from its row, with the columns `revoked_at` and `reason` of its revocation. */
export function certificateOf(row: SqlRow): RecordedCertificate {
  const { issuer, serial_hex, profile, subject, names, not_before, not_after, requester, key_hash } = row;
  const entry = {
    issuer,
    serialHex: serial_hex,
    profile,
    subject,
    names: JSON.parse(names as string) as unknown,
    notBefore: not_before,
    notAfter: not_after,
    issuedAt: row.issued_at,
    requester,
    keyHash: key_hash,
    ...optional(row),
    certificate: row.certificate,
  } as LedgerEntry;
  return row.revoked_at === null ? entry : { ...entry, revocation: revocationOf(row) };
}

/** An intent from its row. */
export function intentOf(row: SqlRow): IssuanceIntent {
  const { issuer, serial_hex, profile, subject, names, not_before, not_after, requester, key_hash } = row;
  return {
    issuer,
    serialHex: serial_hex,
    profile,
    subject,
    names: JSON.parse(names as string) as unknown,
    notBefore: not_before,
    notAfter: not_after,
    requester,
    keyHash: key_hash,
    ...optional(row),
    preCertificate: row.pre_certificate,
    intendedAt: row.intended_at,
  } as IssuanceIntent;
}

/** A revocation from its row. */
export function revocationOf(row: SqlRow): Revocation {
  return { at: row.revoked_at, reason: row.reason } as Revocation;
}

function valuesOf(fields: Omit<LedgerEntry, 'certificate' | 'issuedAt'>): SqlValue[] {
  const { predecessor } = fields;
  return [
    fields.issuer,
    fields.serialHex,
    fields.profile,
    fields.subject,
    JSON.stringify(fields.names),
    fields.notBefore,
    fields.notAfter,
    fields.requester,
    fields.keyHash,
    fields.interface ?? null,
    predecessor?.issuer ?? null,
    predecessor?.serialHex ?? null,
  ];
}

function optional(row: SqlRow): object {
  const { predecessor_issuer, predecessor_serial } = row;
  return {
    ...(row.interface === null ? {} : { interface: row.interface }),
    ...(predecessor_serial === null
      ? {}
      : { predecessor: { issuer: predecessor_issuer, serialHex: predecessor_serial } }),
  };
}
