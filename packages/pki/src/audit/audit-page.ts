import type { AuditPage, AuditQuery, AuditRecord, StoredAuditRecord } from './audit-trail.ts';

/**
 * Whether a record answers a query, apart from its number.
 * @param record - the record
 * @param query - what is looked for
 */
export function matchesAuditQuery(record: AuditRecord, { action, actor, subject }: AuditQuery): boolean {
  return (
    (action === undefined || record.action === action) &&
    (actor === undefined || record.actor === actor) &&
    (subject === undefined || record.subject === subject)
  );
}

/**
 * The page of a query.
 * @param found - records that match it, newest first: one more than its limit where there are more
 * @param query - the query
 */
export function auditPage(found: readonly StoredAuditRecord[], { limit }: AuditQuery): AuditPage {
  const records = found.slice(0, limit);
  const last = records.at(-1);
  return found.length > limit && last !== undefined ? { records, next: last.number } : { records };
}
