import { auditClosed, checkAuditQuery } from './audit-fault.ts';
import { auditPage, matchesAuditQuery } from './audit-page.ts';
import type { AuditTrail, StoredAuditRecord } from './audit-trail.ts';

/** Creates an audit trail in memory, which is lost when the process ends: for tests and trials. */
export function createMemoryAuditTrail(): AuditTrail {
  const records: StoredAuditRecord[] = [];
  let closed = false;
  const refuseClosed = (): void => {
    if (closed) throw auditClosed('memory');
  };
  return {
    async record(record) {
      refuseClosed();
      records.push({ ...record, details: { ...record.details }, number: records.length + 1 });
    },
    async read(query) {
      refuseClosed();
      checkAuditQuery(query);
      const { before = Number.POSITIVE_INFINITY, limit } = query;
      const found: StoredAuditRecord[] = [];
      for (let index = records.length - 1; index >= 0 && found.length <= limit; index--) {
        const record = records[index];
        if (record !== undefined && record.number < before && matchesAuditQuery(record, query))
          found.push(record);
      }
      return auditPage(found, query);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
