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
 * Revokes what the topology has taken away; also after a crash half-way. The audit trail has it before it is done, and once it is.
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
    const entry = { ...who, outcome: 'done', reason: 'cessationOfOperation' } as const;
    const record = (
      action: 'revocation-ordered' | 'certificate-revoked',
      serialsOf: ReadonlyMap<string, readonly string[]>,
    ) =>
      Promise.all(
        [...serialsOf].map(([subject, serials]) =>
          audit.record({ ...entry, action, subject, details: serialDetails(serials) }),
        ),
      );
    const revoked = await revocation.revokeUnlisted(removed, (planned) =>
      record('revocation-ordered', planned),
    );
    await record('certificate-revoked', revoked);
    for (const [subject, serials] of revoked) {
      log.info(
        { event: 'revoked', server: subject, serials },
        `${subject} is no longer in the topology, and its certificates are revoked`,
      );
    }
  };
}
