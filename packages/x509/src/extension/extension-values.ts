import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { GeneralName } from '../name/general-name.ts';

/** An extension of the input, not decoded. */
export interface Extension {
  /** Dotted decimal. */
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the OCTET STRING `extnValue`: the DER of the extension's own type. */
  readonly value: Uint8Array;
}

/**
 * Whether the subject is a CA, and how long a path may continue below it.
 * @see RFC 5280 §4.2.1.9
 */
export interface BasicConstraints {
  readonly cA: boolean;
  /** Most non-self-issued intermediates that may follow; 0 or more. */
  readonly pathLength?: number | undefined;
  readonly critical: boolean;
}

/**
 * What the key may be used for.
 * @see RFC 5280 §4.2.1.3
 */
export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly contentCommitment: boolean;
  readonly keyEncipherment: boolean;
  readonly dataEncipherment: boolean;
  readonly keyAgreement: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
  readonly encipherOnly: boolean;
  readonly decipherOnly: boolean;
}

/**
 * A subtree of names in a name constraint.
 * @see RFC 5280 §4.2.1.10
 */
export interface GeneralSubtree {
  readonly base: GeneralName;
  /** 0 in every certificate that follows the RFC. */
  readonly minimum: number;
  /** Absent in every certificate that follows the RFC. */
  readonly maximum?: number | undefined;
}

/**
 * The names that certificates below a CA may carry.
 * @see RFC 5280 §4.2.1.10
 */
export interface NameConstraints {
  readonly permitted: readonly GeneralSubtree[];
  readonly excluded: readonly GeneralSubtree[];
}

/**
 * More about a certificate policy: a statement's address or a notice.
 * @see RFC 5280 §4.2.1.4
 */
export interface PolicyQualifier {
  /** `1.3.6.1.5.5.7.2.1` (CPS) or `1.3.6.1.5.5.7.2.2` (user notice), or another. */
  readonly oid: string;
  /** The qualifier's whole TLV. */
  readonly value: Uint8Array;
  /** Where a certification practice statement is; present for a CPS qualifier. */
  readonly cps?: string | undefined;
  /** Present for a user notice. */
  readonly notice?: UserNotice | undefined;
}

/**
 * A notice to show to the relying party.
 * @see RFC 5280 §4.2.1.4
 */
export interface UserNotice {
  readonly reference?: { readonly organization: string; readonly numbers: readonly number[] } | undefined;
  readonly explicitText?: string | undefined;
}

/**
 * A certificate policy under which the certificate was issued.
 * @see RFC 5280 §4.2.1.4
 */
export interface PolicyInformation {
  readonly policy: string;
  readonly qualifiers: readonly PolicyQualifier[];
}

/**
 * Two policies that the issuer considers equivalent.
 * @see RFC 5280 §4.2.1.5
 */
export interface PolicyMapping {
  readonly issuerDomain: string;
  readonly subjectDomain: string;
}

/**
 * Certificates that may follow before policies are required, or mapping ends; 0 or more.
 * @see RFC 5280 §4.2.1.11
 */
export interface PolicyConstraints {
  readonly requireExplicit?: number | undefined;
  readonly inhibitMapping?: number | undefined;
}

/**
 * Identifies the key that signed: by its identifier, or by its certificate.
 * @see RFC 5280 §4.2.1.1
 */
export interface AuthorityKeyIdentifier {
  readonly keyId?: Uint8Array | undefined;
  readonly issuer?: readonly GeneralName[] | undefined;
  /** Content octets of the INTEGER. */
  readonly serial?: Uint8Array | undefined;
}

/** Reasons as they occur in distribution points. @see RFC 5280 §4.2.1.13 */
export interface ReasonFlags {
  /** Bit 0, which has no meaning. */
  readonly unused: boolean;
  readonly keyCompromise: boolean;
  readonly cACompromise: boolean;
  readonly affiliationChanged: boolean;
  readonly superseded: boolean;
  readonly cessationOfOperation: boolean;
  readonly certificateHold: boolean;
  readonly privilegeWithdrawn: boolean;
  readonly aACompromise: boolean;
}

/**
 * Where a CRL is: full names, or one RDN to append to the name of the CRL issuer.
 * @see RFC 5280 §4.2.1.13
 */
export type DistributionPointName =
  | { readonly type: 'full'; readonly names: readonly GeneralName[] }
  /** `rdn` is the whole SET. */
  | { readonly type: 'relative'; readonly rdn: Uint8Array };

/**
 * Where a CRL that covers the certificate is, for which reasons, and who signs it.
 * @see RFC 5280 §4.2.1.13
 */
export interface DistributionPoint {
  readonly name?: DistributionPointName | undefined;
  readonly reasons?: ReasonFlags | undefined;
  readonly crlIssuer?: readonly GeneralName[] | undefined;
}

/**
 * Where to find information about the issuer or the subject, and of which kind.
 * @see RFC 5280 §4.2.2.1
 */
export interface AccessDescription {
  /** E.g. `1.3.6.1.5.5.7.48.1` for OCSP. */
  readonly method: string;
  readonly location: GeneralName;
}

/**
 * Which certificates and reasons a CRL covers.
 * @see RFC 5280 §5.2.5
 */
export interface IssuingDistributionPoint {
  readonly name?: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons?: ReasonFlags | undefined;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

/** A type with its values: an attribute of a directory entry or of a request. @see RFC 5280 §4.2.1.8, RFC 2986 §4.1 */
export interface Attribute {
  readonly oid: string;
  /** The values' whole TLVs. */
  readonly values: readonly Uint8Array[];
}

/**
 * The decoded extensions of RFC 5280 in a certificate or a request. A field is `undefined` where the extension is absent.
 */
export interface ExtensionValues {
  /** All extensions in order, not decoded. */
  readonly extensions: readonly Extension[];
  /** Critical extensions whose meaning this package does not know. */
  readonly unknownCritical: readonly string[];
  readonly basicConstraints?: BasicConstraints | undefined;
  readonly keyUsage?: KeyUsage | undefined;
  /** Purposes as OIDs. @see RFC 5280 §4.2.1.12 */
  readonly extKeyUsage?: readonly string[] | undefined;
  readonly subjectAltName?: readonly GeneralName[] | undefined;
  readonly issuerAltName?: readonly GeneralName[] | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
  readonly certificatePolicies?: readonly PolicyInformation[] | undefined;
  readonly policyMappings?: readonly PolicyMapping[] | undefined;
  readonly policyConstraints?: PolicyConstraints | undefined;
  /** Certificates after which anyPolicy no longer counts. @see RFC 5280 §4.2.1.14 */
  readonly inhibitAnyPolicy?: number | undefined;
  readonly subjectKeyId?: Uint8Array | undefined;
  readonly authorityKeyId?: AuthorityKeyIdentifier | undefined;
  readonly crlDistributionPoints?: readonly DistributionPoint[] | undefined;
  readonly freshestCrl?: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess?: readonly AccessDescription[] | undefined;
  readonly subjectInfoAccess?: readonly AccessDescription[] | undefined;
  readonly subjectDirectoryAttributes?: readonly Attribute[] | undefined;
}

/** Signed bytes with their signature: certificates, CRLs, requests and OCSP responses. */
export interface Signed {
  /** The bytes that are signed, with their header. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /**
   * The signature's octets. Empty where the BIT STRING is not whole octets: no algorithm has such signatures, so none may verify
   * it.
   */
  readonly signature: Uint8Array;
  /** Content octets of the BIT STRING, its count of unused bits first. */
  readonly signatureValue: Uint8Array;
}

/** A structure with a list of extensions. */
export interface Extended {
  readonly extensions: readonly Extension[];
}
