import { PkiFault } from '../ground/fault.ts';
import { type AuditQuery, maxAuditPage } from './audit-trail.ts';

/**
 * The fault of a call after the trail was closed.
 * @param place - file or database of the trail
 */
export function auditClosed(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUDIT_CLOSED', {
    sentence: 'the audit trail is closed',
    place,
    remedy: 'open it again before using it',
  });
}

/**
 * Refuses a query with a limit out of range.
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkAuditQuery({ limit }: AuditQuery): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxAuditPage) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected a limit from 1 to ${maxAuditPage}, found ${limit}`,
    place: 'limit of an audit query',
    remedy: 'read fewer records at once',
  });
}
