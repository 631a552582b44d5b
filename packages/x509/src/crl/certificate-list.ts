import type { TimeForm } from '../der/time.ts';
import type {
  AccessDescription,
  AuthorityKeyIdentifier,
  DistributionPoint,
  Extension,
  IssuingDistributionPoint,
  Signed,
} from '../extension/extension-values.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { Name } from '../name/name.ts';

/** Why a certificate was revoked. @see RFC 5280 §5.3.1 */
export type CrlReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise';

/** One revoked certificate. @see RFC 5280 §5.1.2.6, §5.3 */
export interface RevokedCertificate {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** The serial number as lower-case hex, two digits an octet. */
  readonly serialHex: string;
  /** Milliseconds since 1970. */
  readonly revocationDate: number;
  /** How `revocationDate` was encoded; UTCTime and GeneralizedTime are both accepted for any year. */
  readonly revocationDateForm: TimeForm;
  /** Undefined where the entry states none; `removeFromCRL` ends a hold, in delta CRLs. @see RFC 5280 §5.3.1 */
  readonly reason?: CrlReason | undefined;
  /** Milliseconds since 1970. */
  readonly invalidityDate?: number | undefined;
  /** Issuer of the certificate: the CRL's issuer, or the last certificateIssuer at or before this entry. */
  readonly certificateIssuer: Name;
  /** All extensions of the entry in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
}

/**
 * A decoded CRL. Entries are checked when it is decoded, and built when they are read.
 * @see RFC 5280 §5.1
 */
export interface CertificateList extends Signed {
  /** The whole CertificateList, DER: the bytes that were decoded, not a copy. */
  readonly der: Uint8Array;
  /** 1 or 2, one more than the INTEGER encoded; 1 where the field is absent. @see RFC 5280 §5.1.2.1 */
  readonly version: 1 | 2;
  /**
   * The distinguished name of the signer; in an indirect CRL, entries may name other issuers.
   * @see RFC 5280 §5.1.2.3
   */
  readonly issuer: Name;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate?: number | undefined;
  /** How the times were encoded; §5.1.2.4 requires UTCTime through 2049, but the decoder accepts both. */
  readonly thisUpdateForm: TimeForm;
  /** How `nextUpdate` was encoded; undefined exactly when there is none. */
  readonly nextUpdateForm?: TimeForm | undefined;
  /** All extensions of the CRL in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
  /** Critical extensions of the CRL whose meaning this package does not know. */
  readonly unknownCritical: readonly string[];
  /** Critical extensions that occur in entries and whose meaning this package does not know. */
  readonly unknownCriticalInEntries: readonly string[];
  /** Whether an entry has an empty list of extensions, which is read as none. */
  readonly emptyEntryExtensions: boolean;
  /** Sequence number, 0 or more. @see RFC 5280 §5.2.3 */
  readonly crlNumber?: bigint | undefined;
  /** Number of the base that this delta amends; present exactly when it is a delta CRL. @see RFC 5280 §5.2.4 */
  readonly baseCrlNumber?: bigint | undefined;
  /** Identifies the key that signed the CRL; undefined where the extension is absent. @see RFC 5280 §5.2.1 */
  readonly authorityKeyId?: AuthorityKeyIdentifier | undefined;
  /** Other names of the CRL's issuer, one or more; undefined where the extension is absent. @see RFC 5280 §5.2.2 */
  readonly issuerAltName?: readonly GeneralName[] | undefined;
  /**
   * Which certificates and reasons the CRL covers; undefined: all certificates of the issuer, for every reason.
   * @see RFC 5280 §5.2.5
   */
  readonly issuingDistributionPoint?: IssuingDistributionPoint | undefined;
  /**
   * Where delta CRLs for this CRL are, one place or more; undefined where the extension is absent.
   * @see RFC 5280 §5.2.6
   */
  readonly freshestCrl?: readonly DistributionPoint[] | undefined;
  /** Where the certificate of the CRL's issuer is; undefined where the extension is absent. @see RFC 5280 §5.2.7 */
  readonly authorityInfoAccess?: readonly AccessDescription[] | undefined;
  /** The number of entries. */
  readonly entryCount: number;
  /** All entries, in order. */
  entries(): IterableIterator<RevokedCertificate>;
  /**
   * The entry of one certificate, in constant time; the first call builds the index.
   * @param serialNumber - content octets of the certificate's serialNumber
   * @param certificateIssuer - issuer of the certificate; default: the CRL's own issuer
   */
  lookup(serialNumber: Uint8Array, certificateIssuer?: Name): RevokedCertificate | undefined;
}
