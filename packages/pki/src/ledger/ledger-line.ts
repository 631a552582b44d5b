import { decodeCertificate } from '@entente/x509';
import { spkiHash } from '../ground/issuer-id.ts';
import { isRevocationReason } from '../ground/revocation-reason.ts';
import type { LedgerRecord } from './ledger-record.ts';

/**
 * A change as one line of JSON. Bytes are base64. A checksum is not needed: a truncated line is not JSON, or has no line end.
 * @param record - the change
 * @returns the line with its end
 */
export function formatLedgerLine(record: LedgerRecord): string {
  return `${JSON.stringify(writable(record))}\n`;
}

function writable(record: LedgerRecord): object {
  switch (record.type) {
    case 'issued':
      return { type: 'issued', entry: { ...record.entry, certificate: base64(record.entry.certificate) } };
    case 'intended': {
      const { intent } = record;
      return { type: 'intended', intent: { ...intent, preCertificate: base64(intent.preCertificate) } };
    }
    default:
      return record;
  }
}

type Fields = Record<string, unknown>;

/**
 * Parses a line of {@link formatLedgerLine}.
 * @param line - without its end
 * @returns the change, or `undefined` if the line is not one
 */
export function parseLedgerLine(line: string): LedgerRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Fields;
  switch (fields.type) {
    case 'issued': {
      const entry = certificateFields(fields.entry, 'certificate', 'issuedAt');
      return entry && ({ type: 'issued', entry } as unknown as LedgerRecord);
    }
    case 'intended': {
      const intent = certificateFields(fields.intent, 'preCertificate', 'intendedAt');
      return intent && ({ type: 'intended', intent } as unknown as LedgerRecord);
    }
    default:
      return isRecord(fields) ? (fields as LedgerRecord) : undefined;
  }
}

/** The types without octets. */
function isRecord(fields: Fields): boolean {
  switch (fields.type) {
    case 'revoked':
      return hasTexts(fields, ['issuer', 'serialHex']) && isRevocation(fields.revocation);
    case 'foreign-revoked':
      return (
        hasTexts(fields.foreign, ['issuer', 'serialHex']) &&
        hasNumbers(fields.foreign, ['notAfter']) &&
        isRevocation(fields.revocation)
      );
    case 'key-blocked':
      return hasTexts(fields, ['keyHash']) && isRevocation(fields.revocation);
    case 'released':
      return hasTexts(fields, ['issuer', 'serialHex']) && hasNumbers(fields, ['at']);
    case 'crl-number':
      return hasTexts(fields, ['issuer']) && hasNumbers(fields, ['number']);
    case 'token-added':
      return (
        hasTexts(fields.token, ['secretHash', 'server', 'createdBy']) &&
        hasNumbers(fields.token, ['notAfter']) &&
        [undefined, true].includes((fields.token as { replace?: true }).replace)
      );
    case 'token-spent':
      return (
        hasTexts(fields, ['secretHash']) &&
        hasNumbers(fields, ['at']) &&
        (fields.keyHash === undefined || typeof fields.keyHash === 'string')
      );
    default:
      return false;
  }
}

/** What an entry and an intent have in common; `undefined` where a field is missing. */
function certificateFields(value: unknown, octets: string, time: string): Fields | undefined {
  if (!hasTexts(value, ['issuer', 'serialHex', 'profile', 'subject', 'requester', octets])) return undefined;
  if (!hasNumbers(value, ['notBefore', 'notAfter', time])) return undefined;
  const fields = value as Fields;
  if (fields.interface !== undefined && typeof fields.interface !== 'string') return undefined;
  if (fields.predecessor !== undefined && !hasTexts(fields.predecessor, ['issuer', 'serialHex']))
    return undefined;
  const der = new Uint8Array(Buffer.from(fields[octets] as string, 'base64'));
  const keyHash = fields.keyHash ?? keyHashOf(der);
  return typeof keyHash === 'string' ? { ...fields, keyHash, [octets]: der } : undefined;
}

/** Lines of earlier versions do not say which key was certified. */
function keyHashOf(der: Uint8Array): string | undefined {
  const decoded = decodeCertificate(der);
  return decoded.ok ? spkiHash(decoded.value.publicKey.der) : undefined;
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}

function isRevocation(value: unknown): boolean {
  return hasNumbers(value, ['at']) && isRevocationReason((value as { reason?: unknown }).reason);
}

function hasTexts(value: unknown, fields: readonly string[]): boolean {
  return hasFields(value, fields, (field) => typeof field === 'string');
}

function hasNumbers(value: unknown, fields: readonly string[]): boolean {
  return hasFields(value, fields, Number.isSafeInteger);
}

function hasFields(value: unknown, fields: readonly string[], test: (field: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return fields.every((name) => test((value as Fields)[name]));
}
