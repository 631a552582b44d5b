import type { Log } from '@entente/tls';
import { type AuditEntry, type AuditLog, serialDetails } from '../audit/audit-log.ts';
import type { DomainRevocations } from '../domain-revocations.ts';
import type { RemovedAdministrator } from '../topology-store.ts';

/** Revokes what a topology has taken away. */
export type RevokeUnlisted = (
  removed: readonly RemovedAdministrator[],
  who: Pick<AuditEntry, 'actor' | 'from'>,
) => Promise<void>;

/**
 * Revokes what the topology has taken away, and records it; also after a crash half-way.
 * @param options - revocations of the domain, audit trail and log
 */
export function revokeUnlisted({
  audit,
  log,
  revocation,
}: {
  readonly revocation: Pick<DomainRevocations, 'revokeUnlisted'>;
  readonly audit: AuditLog;
  readonly log: Log;
}): RevokeUnlisted {
  return async (removed, who) => {
    const revoked = [...(await revocation.revokeUnlisted(removed))];
    const reason = 'cessationOfOperation';
    const entry = { ...who, action: 'certificate-revoked', outcome: 'done', reason } as const;
    await Promise.all(
      revoked.map(([subject, serials]) =>
        audit.record({ ...entry, subject, details: serialDetails(serials) }),
      ),
    );
    for (const [subject, serials] of revoked) {
      log.info(
        { event: 'revoked', server: subject, serials },
        `${subject} is no longer in the topology, and its certificates are revoked`,
      );
    }
  };
}
