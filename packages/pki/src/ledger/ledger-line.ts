import type { LedgerRecord } from './ledger-record.ts';

/**
 * A change as one line of JSON. Bytes are base64. A checksum is not needed: a truncated line is not JSON, or has no line end.
 * @param record - the change
 * @returns the line with its end
 */
export function formatLedgerLine(record: LedgerRecord): string {
  if (record.type !== 'issued') return `${JSON.stringify(record)}\n`;
  const certificate = Buffer.from(record.entry.certificate).toString('base64');
  return `${JSON.stringify({ type: 'issued', entry: { ...record.entry, certificate } })}\n`;
}

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
  const record = value as { type?: unknown; entry?: Record<string, unknown> };
  switch (record.type) {
    case 'issued': {
      const entry = record.entry;
      if (typeof entry !== 'object' || entry === null || typeof entry.certificate !== 'string')
        return undefined;
      if (!hasTexts(entry, ['issuer', 'serialHex', 'profile', 'subject', 'requester'])) return undefined;
      if (!hasNumbers(entry, ['notBefore', 'notAfter', 'issuedAt'])) return undefined;
      const certificate = new Uint8Array(Buffer.from(entry.certificate, 'base64'));
      return { type: 'issued', entry: { ...entry, certificate } } as unknown as LedgerRecord;
    }
    case 'revoked': {
      const revocation = (value as { revocation?: unknown }).revocation;
      return hasTexts(value, ['issuer', 'serialHex']) &&
        hasTexts(revocation, ['reason']) &&
        hasNumbers(revocation, ['at'])
        ? (value as LedgerRecord)
        : undefined;
    }
    case 'released':
      return hasTexts(value, ['issuer', 'serialHex']) && hasNumbers(value, ['at'])
        ? (value as LedgerRecord)
        : undefined;
    case 'crl-number':
      return hasTexts(value, ['issuer']) && hasNumbers(value, ['number'])
        ? (value as LedgerRecord)
        : undefined;
    case 'token-added': {
      const token = (value as { token?: unknown }).token;
      return hasTexts(token, ['secretHash', 'server', 'createdBy']) && hasNumbers(token, ['notAfter'])
        ? (value as LedgerRecord)
        : undefined;
    }
    case 'token-spent':
      return hasTexts(value, ['secretHash']) && hasNumbers(value, ['at'])
        ? (value as LedgerRecord)
        : undefined;
    default:
      return undefined;
  }
}

function hasTexts(value: unknown, fields: readonly string[]): boolean {
  return hasFields(value, fields, (field) => typeof field === 'string');
}

function hasNumbers(value: unknown, fields: readonly string[]): boolean {
  return hasFields(value, fields, Number.isSafeInteger);
}

function hasFields(value: unknown, fields: readonly string[], test: (field: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return fields.every((name) => test((value as Record<string, unknown>)[name]));
}
