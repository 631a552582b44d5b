export { auditClosed, checkAuditQuery } from './audit-fault.ts';
export { formatAuditLine, parseAuditLine } from './audit-line.ts';
export { auditPage, matchesAuditQuery } from './audit-page.ts';
export {
  type AuditAction,
  type AuditPage,
  type AuditQuery,
  type AuditRecord,
  type AuditTrail,
  auditActions,
  maxAuditPage,
  type StoredAuditRecord,
} from './audit-trail.ts';
export { createMemoryAuditTrail } from './memory-audit-trail.ts';
