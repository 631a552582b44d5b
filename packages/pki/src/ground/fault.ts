import { Fault, type FaultParts } from '@entente/options';
import type { PkiReason } from './refusal.ts';

/** Stable codes of the faults that this package throws. */
export type PkiFaultCode =
  | 'ENTENTE_PKI_DUPLICATE_SERIAL'
  | 'ENTENTE_PKI_UNKNOWN_SERIAL'
  | 'ENTENTE_PKI_LEDGER_DAMAGED'
  | 'ENTENTE_PKI_LEDGER_CLOSED'
  | 'ENTENTE_PKI_LEDGER_LOCKED'
  | 'ENTENTE_PKI_LEDGER_UNAVAILABLE'
  | 'ENTENTE_PKI_LEDGER_TOO_NEW'
  | 'ENTENTE_PKI_FILE_UNAVAILABLE'
  | 'ENTENTE_PKI_FILE_TOO_LONG'
  | 'ENTENTE_PKI_AUDIT_UNAVAILABLE'
  | 'ENTENTE_PKI_AUDIT_DAMAGED'
  | 'ENTENTE_PKI_AUDIT_CLOSED'
  | 'ENTENTE_PKI_BACKUP_DAMAGED'
  | 'ENTENTE_PKI_BACKUP_UNVERIFIED'
  | 'ENTENTE_PKI_KEY_MISMATCH'
  | 'ENTENTE_PKI_KEY_UNSUPPORTED'
  | 'ENTENTE_PKI_BAD_ARGUMENT'
  | 'ENTENTE_PKI_AUTHORITY_EXISTS'
  | 'ENTENTE_PKI_AUTHORITY_DAMAGED'
  | 'ENTENTE_PKI_SECRET_EXPOSED'
  | 'ENTENTE_PKI_PASSPHRASE'
  | 'ENTENTE_PKI_PKCS12_UNREADABLE'
  | 'ENTENTE_PKI_NOT_ISSUED'
  | 'ENTENTE_PKI_TRANSPORT'
  | 'ENTENTE_PKI_CLIENT_LEFT';

/**
 * A fault of the caller or of the machine, never of a requester; but a client that left has no other way to end what reads its request.
 * Match it by `code`.
 */
export class PkiFault extends Fault<PkiFaultCode> {
  /** Always `PkiFault`. */
  override readonly name = 'PkiFault';
  /** Why the authority has refused, where the fault is `ENTENTE_PKI_NOT_ISSUED` of an identity. */
  declare readonly reason?: PkiReason;

  /**
   * @param code - stable code
   * @param parts - sentence without final stop, place, remedy, reason and what caused it
   */
  constructor(code: PkiFaultCode, parts: FaultParts & { readonly reason?: PkiReason }) {
    super(code, parts);
    if (parts.reason !== undefined) this.reason = parts.reason;
  }
}
