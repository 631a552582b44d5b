import type { CrlReason } from '@entente/x509';
import { PkiFault } from './fault.ts';

/**
 * Why a certificate was revoked (RFC 5280 §5.3.1). `removeFromCRL` is left out because only delta CRLs contain
 * it.
 */
export type RevocationReason = Exclude<CrlReason, 'removeFromCRL'>;

/** The number of each reason on the wire. */
export const revocationReasonCodes: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
};

/**
 * Whether a text names a reason.
 * @param text - untrusted input
 */
export function isRevocationReason(text: unknown): text is RevocationReason {
  return typeof text === 'string' && Object.hasOwn(revocationReasonCodes, text);
}

/**
 * Refuses what is not a reason: JavaScript has no compiler that would.
 * @param given - anything
 * @param place - what was given it, for the fault
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function demandRevocationReason(given: unknown, place: string): void {
  if (isRevocationReason(given)) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected one of ${Object.keys(revocationReasonCodes).join(', ')}, found ${typeof given === 'string' ? JSON.stringify(given.slice(0, 40)) : typeof given}`,
    place,
    remedy: 'correct the reason; nothing was revoked',
  });
}
