import {
  type AuditPage,
  type AuditQuery,
  type AuditTrail,
  auditClosed,
  auditPage,
  checkAuditQuery,
  type StoredAuditRecord,
} from '@entente/pki/audit';
import { PkiFault } from '@entente/pki/ledger';
import type { AuditWindow } from '../ledger/audit-records.ts';
import type { OperationPort } from '../operations/operation-port.ts';

/**
 * The audit trail over a database. Closing it closes the trail alone.
 * @param database - executes the operations
 * @param place - of the database, for faults
 */
export function createSqlAuditTrail(database: OperationPort, place: string): AuditTrail {
  let closed = false;
  const underWay = new Set<Promise<unknown>>();
  const tracked = async <T>(call: Promise<T>): Promise<T> => {
    underWay.add(call);
    try {
      return await call;
    } catch (error) {
      throw asAuditFault(error, place);
    } finally {
      underWay.delete(call);
    }
  };
  const refuseClosed = (): void => {
    if (closed) throw auditClosed(place);
  };
  return {
    async record(record) {
      refuseClosed();
      await tracked(database.call('recordAudit', record));
    },
    async read(query) {
      refuseClosed();
      checkAuditQuery(query);
      return tracked(readPage(database, query));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.allSettled(underWay);
    },
  };
}

async function readPage(database: OperationPort, query: AuditQuery): Promise<AuditPage> {
  const { action, actor, before, limit, subject } = query;
  const filter = {
    ...(action === undefined ? {} : { action }),
    ...(actor === undefined ? {} : { actor }),
    ...(subject === undefined ? {} : { subject }),
  };
  const found: StoredAuditRecord[] = [];
  // One more than the page, which shows whether there is another.
  for (let next = before, more = true; more && found.length <= limit; ) {
    const window: AuditWindow = await database.call('auditWindow', filter, next, limit + 1 - found.length);
    found.push(...window.found);
    next = window.next;
    more = next !== undefined;
  }
  return auditPage(found, query);
}

/** The same storage, with the codes of a trail. */
function asAuditFault(error: unknown, place: string): unknown {
  if (!(error instanceof PkiFault)) return error;
  const { remedy, sentence } = error;
  switch (error.code) {
    case 'ENTENTE_PKI_LEDGER_CLOSED':
      return auditClosed(place);
    case 'ENTENTE_PKI_LEDGER_UNAVAILABLE':
      return new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', { sentence, place, remedy, cause: error });
    case 'ENTENTE_PKI_LEDGER_DAMAGED':
      return new PkiFault('ENTENTE_PKI_AUDIT_DAMAGED', { sentence, place, remedy, cause: error });
    default:
      return error;
  }
}
