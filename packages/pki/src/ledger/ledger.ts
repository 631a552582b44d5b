import type { CertificateNames } from '@entente/x509';
import type { ProfileName } from '../ground/request.ts';
import type { RevocationReason } from '../ground/revocation-reason.ts';

/** One issued certificate. */
export interface LedgerEntry {
  /** Identifier of the issuing authority, see `issuerId`. */
  readonly issuer: string;
  /** Lower-case hexadecimal content octets of the serial number. */
  readonly serialHex: string;
  readonly profile: ProfileName;
  /** FQDN, administrator's name or address of record. */
  readonly subject: string;
  readonly names: CertificateNames;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** The requester, e.g. `join-token:1f…` or `server:fe01.contoso.example`. */
  readonly requester: string;
  readonly certificate: Uint8Array;
}

/** When and why a certificate was revoked. */
export interface Revocation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: RevocationReason;
}

/** A ledger entry with its revocation, if there is one. */
export type RecordedCertificate = LedgerEntry & { readonly revocation?: Revocation };

/** One entry of a CRL. */
export interface RevokedCertificate {
  readonly serialHex: string;
  readonly notAfter: number;
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
}

/** The outcome of {@link Ledger.revoke}. */
export type RevokeOutcome = 'revoked' | 'already-revoked' | 'unknown';

/** The outcome of {@link Ledger.spendToken}. */
export type SpendOutcome =
  | { readonly ok: true; readonly token: StoredJoinToken }
  | {
      readonly ok: false;
      readonly reason: 'token-unknown' | 'token-expired' | 'token-spent' | 'token-for-another-server';
    };

/**
 * The records of an authority. Each promise resolves only when its change is durable: a certificate must never leave the
 * authority before the ledger has recorded it.
 *
 * An implementation must pass the rules of `@entente/pki/ledger/compliance`.
 */
export interface Ledger {
  /**
   * Records a certificate.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` if the issuer has used the serial number before
   */
  append(entry: LedgerEntry): Promise<void>;
  /** Finds a certificate by issuer and serial number. */
  find(issuer: string, serialHex: string): Promise<RecordedCertificate | undefined>;
  /**
   * Lists the certificates of a subject, oldest first, revoked ones included.
   * @param validAt - those that have expired at this time are left out, milliseconds since 1970
   */
  issuedTo(subject: string, validAt: number): Promise<readonly RecordedCertificate[]>;
  /**
   * Lists the subjects that hold a certificate of a profile which is neither expired nor revoked.
   * @param validAt - milliseconds since 1970
   */
  subjects(profile: ProfileName, validAt: number): Promise<readonly string[]>;
  /**
   * Revokes a certificate. This is final, with one exception: `certificateHold` may be replaced by another reason (RFC 5280
   * §5.3.1).
   */
  revoke(issuer: string, serialHex: string, revocation: Revocation): Promise<RevokeOutcome>;
  /**
   * Ends a hold.
   * @returns false if the certificate is not on hold
   */
  release(issuer: string, serialHex: string, at: number): Promise<boolean>;
  /**
   * Lists revoked certificates in the order of revocation.
   * @param notAfterFrom - certificates that expired before this time are left out, milliseconds since 1970
   */
  revoked(issuer: string, notAfterFrom: number): Promise<readonly RevokedCertificate[]>;
  /** The next CRL number of an issuer: 1, 2, 3… never the same twice, not even after a crash. */
  nextCrlNumber(issuer: string): Promise<number>;
  /** Stores a join token. */
  addToken(token: StoredJoinToken): Promise<void>;
  /** Whether `spendToken` would succeed now; does not spend the token. */
  checkToken(secretHash: string, now: number): Promise<SpendOutcome>;
  /**
   * Spends a join token: of any number of concurrent calls one succeeds. A refusal does not spend it.
   * @param server - FQDN of the server that uses it
   * @param now - milliseconds since 1970
   */
  spendToken(secretHash: string, server: string, now: number): Promise<SpendOutcome>;
  /** Waits for changes in progress, then closes files and connections. */
  [Symbol.asyncDispose](): Promise<void>;
}
