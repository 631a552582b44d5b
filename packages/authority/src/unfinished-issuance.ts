import { type Issuer, revokeUnfinished } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import type { Log } from '@entente/tls';
import type { AuditLog } from './audit/audit-log.ts';

/** Where the certificates are recorded, and what learns of those that are revoked. */
export interface UnfinishedIssuanceOptions {
  readonly ledger: Ledger;
  /** Those whose certificates are looked at. */
  readonly issuers: readonly Issuer[];
  /** When the backup was taken that the authority was restored from, milliseconds since 1970: what was under way then may have been received. */
  readonly takenAt: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly audit: Pick<AuditLog, 'note'>;
  readonly log: Log;
}

/**
 * Revokes what an authority was issuing when it stopped: nobody has received it.
 * @throws PkiFault of the ledger
 */
export async function revokeUnfinishedIssuance(options: UnfinishedIssuanceOptions): Promise<void> {
  const { audit, issuers, ledger, log, now, takenAt } = options;
  const begun = await Promise.all(issuers.map((issuer) => revokeUnfinished(ledger, issuer, now, takenAt)));
  for (const { serialHex, subject } of begun.flat()) {
    log.warn(
      { event: 'unfinished-issuance', serial: serialHex, subject },
      'the authority stopped while it issued a certificate, and nobody has received it: it is revoked',
    );
    // It may be in the trail as issued.
    audit.note({
      action: 'certificate-revoked',
      actor: 'authority',
      subject,
      outcome: 'done',
      reason: 'cessationOfOperation',
      details: { serial: serialHex },
    });
  }
}
