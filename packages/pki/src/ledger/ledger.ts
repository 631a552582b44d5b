import type { CertificateNames } from '@entente/x509';
import type { ProfileName } from '../ground/request.ts';
import type { RevocationReason } from '../ground/revocation-reason.ts';

/** Names one certificate of one authority. */
export interface CertificateId {
  /** Identifier of the issuing authority, see `issuerId`. */
  readonly issuer: string;
  /** Lower-case hexadecimal content octets of the serial number. */
  readonly serialHex: string;
}

/** One issued certificate. */
export interface LedgerEntry extends CertificateId {
  /** Kind of leaf. */
  readonly profile: ProfileName;
  /** FQDN, administrator's name or address of record. */
  readonly subject: string;
  /** Names in the certificate. */
  readonly names: CertificateNames;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** The requester, e.g. `join-token:1f…` or `server:fe01.contoso.example`. */
  readonly requester: string;
  /** Lower-case hexadecimal SHA-256 of the SubjectPublicKeyInfo, see `spkiHash`. */
  readonly keyHash: string;
  /** The interface of the server that the certificate is for, e.g. `external`; absent for `internal`. */
  readonly interface?: string;
  /** The certificate that this one renews; absent for a first one. */
  readonly predecessor?: CertificateId;
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
}

/**
 * What is about to be signed. It is recorded first, so that whatever the key of the authority has signed can be found and revoked,
 * even where the authority stopped before it recorded the certificate.
 */
export interface IssuanceIntent extends Omit<LedgerEntry, 'certificate' | 'issuedAt'> {
  /** DER: the same to-be-signed fields, signed by a key that no relying party trusts. */
  readonly preCertificate: Uint8Array;
  /** Milliseconds since 1970. */
  readonly intendedAt: number;
}

/** A certificate of an issuer that the ledger has not recorded, e.g. one that is newer than the backup that was restored. */
export interface ForeignCertificate extends CertificateId {
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** When and why a certificate was revoked. */
export interface Revocation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As the list has it (RFC 5280 §5.3.1). */
  readonly reason: RevocationReason;
}

/** A ledger entry with its revocation, if there is one. */
export type RecordedCertificate = LedgerEntry & { readonly revocation?: Revocation };

/** Selects certificates, see {@link Ledger.list}. */
export interface CertificateQuery {
  /** FQDN, administrator's name or address of record. */
  readonly subject?: string;
  /** Only certificates of this kind; default all. */
  readonly profile?: ProfileName;
  /** Those that have expired at this time are left out, milliseconds since 1970. */
  readonly validAt?: number;
  /** Most certificates in the answer, 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** A part of the certificates that a query selects. */
export interface CertificatePage {
  /** As many as the `limit` of the query at most, in the order in which they were recorded. */
  readonly certificates: readonly RecordedCertificate[];
  /** Where the next page begins; absent on the last page. */
  readonly next?: string;
}

/** One entry of a CRL. */
export interface RevokedCertificate {
  /** Content octets of the serial number, lower-case hexadecimal. */
  readonly serialHex: string;
  /** When the certificate ends, milliseconds since 1970. */
  readonly notAfter: number;
  /** When and why, as the entry of the list says. */
  readonly revocation: Revocation;
}

/** A join token as stored: its secret only as a SHA-256 hash. */
export interface StoredJoinToken {
  /** Lower-case hexadecimal SHA-256 of the secret. */
  readonly secretHash: string;
  /** The one server that may use it. */
  readonly server: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Name of the administrator who issued it. */
  readonly createdBy: string;
  /** Whether the certificates that the server has are revoked when the token has been used. */
  readonly replace?: true;
}

/** The outcome of {@link Ledger.revoke}. */
export type RevokeOutcome = 'revoked' | 'already-revoked' | 'unknown';

/** The outcome of {@link Ledger.spendToken}. */
export type SpendOutcome =
  | {
      readonly ok: true;
      readonly token: StoredJoinToken;
      /** The same key has used the token before: the caller answers with the certificate that it got then. */
      readonly again: boolean;
    }
  | { readonly ok: false; readonly reason: 'token-unknown' }
  | {
      readonly ok: false;
      readonly reason: 'token-expired' | 'token-spent' | 'token-for-another-server';
      readonly token: StoredJoinToken;
    };

/**
 * The records of an authority. Each promise resolves only when its change is durable: a certificate must never leave the
 * authority before the ledger has recorded it.
 *
 * An implementation must pass the rules of `@entente/pki/ledger/compliance`.
 */
export interface Ledger {
  /**
   * Records what is about to be signed.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` if an intent, a certificate or a foreign certificate of the issuer has the
   * serial number
   */
  intend(intent: IssuanceIntent): Promise<void>;
  /**
   * Records a certificate, and with that completes the intent that has its serial number. A revocation of the intent stays.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` if a certificate or a foreign certificate of the issuer has the serial number
   */
  append(entry: LedgerEntry): Promise<void>;
  /** Lists the intents of an issuer that are neither completed nor revoked, oldest first: what a crash has left. */
  unfinished(issuer: string): Promise<readonly IssuanceIntent[]>;
  /** Finds a recorded certificate by issuer and serial number; an intent is none. */
  find(issuer: string, serialHex: string): Promise<RecordedCertificate | undefined>;
  /**
   * Lists the certificates of a subject, oldest first, revoked ones included.
   * @param validAt - those that have expired at this time are left out, milliseconds since 1970
   */
  issuedTo(subject: string, validAt: number): Promise<readonly RecordedCertificate[]>;
  /**
   * Lists the certificates of a key, of all issuers, oldest first, expired and revoked ones included.
   * @param keyHash - as in {@link LedgerEntry}
   */
  issuedFor(keyHash: string): Promise<readonly RecordedCertificate[]>;
  /** Lists the certificates whose predecessor is this one, oldest first, expired and revoked ones included. */
  successors(id: CertificateId): Promise<readonly RecordedCertificate[]>;
  /**
   * Lists the subjects that hold a certificate of a profile which is neither expired nor revoked.
   * @param validAt - milliseconds since 1970
   */
  subjects(profile: ProfileName, validAt: number): Promise<readonly string[]>;
  /**
   * Lists certificates in the order in which they were recorded.
   * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a limit outside 1 to 1,000, and for an `after` that is no `next`
   */
  list(query: CertificateQuery): Promise<CertificatePage>;
  /**
   * Revokes a certificate, an intent or a foreign certificate. This is final, with one exception: `certificateHold` may be replaced
   * by another reason (RFC 5280 §5.3.1).
   * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a reason that is none, before anything is recorded; so do the two below
   */
  revoke(issuer: string, serialHex: string, revocation: Revocation): Promise<RevokeOutcome>;
  /** Revokes a certificate that the ledger has not recorded. For one that it has recorded, it is the same as `revoke`. */
  revokeForeign(
    foreign: ForeignCertificate,
    revocation: Revocation,
  ): Promise<Exclude<RevokeOutcome, 'unknown'>>;
  /**
   * Blocks a key: no certificate may be issued for it from now on. The first reason stays.
   * @param keyHash - as in {@link LedgerEntry}
   */
  blockKey(keyHash: string, revocation: Revocation): Promise<void>;
  /**
   * Why no certificate may be issued for a key: it was blocked, or else the first revocation of a certificate or intent of it for
   * `keyCompromise`.
   * @param keyHash - as in {@link LedgerEntry}
   */
  blockedKey(keyHash: string): Promise<Revocation | undefined>;
  /**
   * Ends a hold.
   * @returns false if the certificate is not on hold
   */
  release(issuer: string, serialHex: string, at: number): Promise<boolean>;
  /**
   * Lists revoked certificates in the order of revocation, intents and foreign certificates included.
   * @param notAfterFrom - certificates that expired before this time are left out, milliseconds since 1970
   */
  revoked(issuer: string, notAfterFrom: number): Promise<readonly RevokedCertificate[]>;
  /**
   * The next CRL number of an issuer: 1, 2, 3… never the same twice, not even after a crash.
   * @param above - the number is greater than this too, e.g. than the newest one that members have; default 0
   */
  nextCrlNumber(issuer: string, above?: number): Promise<number>;
  /** Stores a join token. */
  addToken(token: StoredJoinToken): Promise<void>;
  /**
   * Whether `spendToken` would succeed now; does not spend the token.
   * @param keyHash - of the key to be certified, as in {@link LedgerEntry}
   * @param now - milliseconds since 1970
   */
  checkToken(secretHash: string, keyHash: string, now: number): Promise<SpendOutcome>;
  /**
   * Spends a join token: it is bound to the first key that uses it. The same key may use it again until it expires; for any other
   * key it is spent. A refusal does not spend it.
   * @param server - FQDN of the server that uses it
   * @param keyHash - of the key to be certified, as in {@link LedgerEntry}
   * @param now - milliseconds since 1970
   */
  spendToken(secretHash: string, server: string, keyHash: string, now: number): Promise<SpendOutcome>;
  /** Waits for changes in progress, then closes files and connections. */
  [Symbol.asyncDispose](): Promise<void>;
}
