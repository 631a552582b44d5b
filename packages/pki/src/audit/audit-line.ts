import { type AuditAction, auditActions, type StoredAuditRecord } from './audit-trail.ts';

/**
 * A record as one line of JSON.
 * @param record - the record
 * @returns the line, with its end
 */
export function formatAuditLine(record: StoredAuditRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads a line that {@link formatAuditLine} wrote.
 * @param line - without its end
 * @returns the record, or `undefined` where the line is none
 */
export function parseAuditLine(line: string): StoredAuditRecord | undefined {
  let value: Partial<Record<keyof StoredAuditRecord, unknown>> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { action, actor, at, details, from, number, outcome, reason, subject } = value;
  if (!Number.isSafeInteger(number) || typeof at !== 'number' || typeof actor !== 'string') return undefined;
  if (!auditActions.includes(action as AuditAction)) return undefined;
  if (outcome !== 'done' && outcome !== 'refused') return undefined;
  if (![from, reason, subject].every((text) => text === undefined || typeof text === 'string'))
    return undefined;
  if (typeof details !== 'object' || details === null) return undefined;
  const values = Object.values(details);
  if (!values.every((one) => typeof one === 'string' || typeof one === 'number')) return undefined;
  return value as unknown as StoredAuditRecord;
}
