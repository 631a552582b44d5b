export { PkiFault, type PkiFaultCode } from '../ground/fault.ts';
export { demandRevocationReason } from '../ground/revocation-reason.ts';
export type {
  CertificateId,
  CertificatePage,
  CertificateQuery,
  ForeignCertificate,
  IssuanceIntent,
  Ledger,
  LedgerEntry,
  RecordedCertificate,
  Revocation,
  RevokedCertificate,
  RevokeOutcome,
  SpendOutcome,
  StoredJoinToken,
} from './ledger.ts';
export { formatLedgerLine, parseLedgerLine } from './ledger-line.ts';
export type { LedgerRecord } from './ledger-record.ts';
export { LedgerState } from './ledger-state.ts';
export { createMemoryLedger } from './memory-ledger.ts';
export { type LedgerJournal, recordingLedger } from './recording-ledger.ts';
