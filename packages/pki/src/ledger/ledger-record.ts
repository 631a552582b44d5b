import type {
  ForeignCertificate,
  IssuanceIntent,
  LedgerEntry,
  Revocation,
  StoredJoinToken,
} from './ledger.ts';

/** One change of a ledger: what a durable implementation stores, and all it needs to recover after a crash. */
export type LedgerRecord =
  | { readonly type: 'intended'; readonly intent: IssuanceIntent }
  | { readonly type: 'issued'; readonly entry: LedgerEntry }
  | {
      readonly type: 'revoked';
      readonly issuer: string;
      readonly serialHex: string;
      readonly revocation: Revocation;
    }
  | {
      readonly type: 'foreign-revoked';
      readonly foreign: ForeignCertificate;
      readonly revocation: Revocation;
    }
  | { readonly type: 'key-blocked'; readonly keyHash: string; readonly revocation: Revocation }
  | { readonly type: 'released'; readonly issuer: string; readonly serialHex: string; readonly at: number }
  | { readonly type: 'crl-number'; readonly issuer: string; readonly number: number }
  | { readonly type: 'token-added'; readonly token: StoredJoinToken }
  | {
      readonly type: 'token-spent';
      readonly secretHash: string;
      readonly at: number;
      /** Absent in files of earlier versions: no key may use such a token again. */
      readonly keyHash?: string;
    };
