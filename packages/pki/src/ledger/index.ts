export type {
  Ledger,
  LedgerEntry,
  RecordedCertificate,
  Revocation,
  RevokedCertificate,
  RevokeOutcome,
  SpendOutcome,
  StoredJoinToken,
} from './ledger.ts';
