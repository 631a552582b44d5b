import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { GeneralName } from '../name/general-name.ts';

/** An extension of the input, not decoded. */
export interface Extension {
  /** Dotted decimal. */
  readonly oid: string;
  /** Whether to refuse the structure where the extension's meaning is not known. @see RFC 5280 §4.2 */
  readonly critical: boolean;
  /** Content of the OCTET STRING `extnValue`: the DER of the extension's own type. */
  readonly value: Uint8Array;
}

/**
 * Whether the subject is a CA, and how long a path may continue below it.
 * @see RFC 5280 §4.2.1.9
 */
export interface BasicConstraints {
  /** Whether the subject is a CA; false where the field is absent. */
  readonly cA: boolean;
  /** Most non-self-issued intermediates that may follow; 0 or more. */
  readonly pathLength?: number | undefined;
  /** Whether the extension is marked critical, as it has to be in a certificate whose key signs certificates. */
  readonly critical: boolean;
}

/**
 * What the key may be used for.
 * @see RFC 5280 §4.2.1.3
 */
export interface KeyUsage {
  /** Bit 0: signatures other than those on certificates and CRLs, as TLS makes them. */
  readonly digitalSignature: boolean;
  /** Bit 1, formerly nonRepudiation: signatures that commit the signer to a content. */
  readonly contentCommitment: boolean;
  /** Bit 2: encryption of keys, as in TLS up to 1.2 with an RSA key exchange. */
  readonly keyEncipherment: boolean;
  /** Bit 3: encryption of data with the public key itself, without a symmetric key. */
  readonly dataEncipherment: boolean;
  /** Bit 4: key agreement, e.g. static ECDH. */
  readonly keyAgreement: boolean;
  /** Bit 5: signatures on certificates; only a CA may have it. */
  readonly keyCertSign: boolean;
  /** Bit 6: signatures on CRLs. */
  readonly cRLSign: boolean;
  /** Bit 7: with `keyAgreement`, the agreed key only encrypts; has no meaning without it. */
  readonly encipherOnly: boolean;
  /** Bit 8: with `keyAgreement`, the agreed key only decrypts; has no meaning without it. */
  readonly decipherOnly: boolean;
}

/**
 * A subtree of names in a name constraint.
 * @see RFC 5280 §4.2.1.10
 */
export interface GeneralSubtree {
  /** The root of the subtree. For an `ip`, an address and its mask: 8 or 32 octets. */
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
  /** Where a kind of name occurs here, every name of that kind must lie in one of them; may be empty. */
  readonly permitted: readonly GeneralSubtree[];
  /** Names in one of them are refused, even where they are permitted; may be empty, but not both lists. */
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
  /** An organisation and the numbers of its notices, 0 or more each; undefined where the field is absent. */
  readonly reference?: { readonly organization: string; readonly numbers: readonly number[] } | undefined;
  /** The notice itself, of any length, although the RFC sets 200 characters; undefined where the field is absent. */
  readonly explicitText?: string | undefined;
}

/**
 * A certificate policy under which the certificate was issued.
 * @see RFC 5280 §4.2.1.4
 */
export interface PolicyInformation {
  /** Dotted decimal; `2.5.29.32.0` is anyPolicy. */
  readonly policy: string;
  /** In order; empty where there is none. */
  readonly qualifiers: readonly PolicyQualifier[];
}

/**
 * Two policies that the issuer considers equivalent.
 * @see RFC 5280 §4.2.1.5
 */
export interface PolicyMapping {
  /** The policy as the issuer calls it, dotted decimal. */
  readonly issuerDomain: string;
  /** The policy as the subject CA calls it, dotted decimal. */
  readonly subjectDomain: string;
}

/**
 * Certificates that may follow before policies are required, or mapping ends; 0 or more.
 * @see RFC 5280 §4.2.1.11
 */
export interface PolicyConstraints {
  /** After as many certificates the path must have a valid policy; undefined: this CA does not require it. */
  readonly requireExplicit?: number | undefined;
  /** After as many certificates policies can no longer be mapped; undefined: this CA does not forbid it. */
  readonly inhibitMapping?: number | undefined;
}

/**
 * Identifies the key that signed: by its identifier, or by its certificate.
 * @see RFC 5280 §4.2.1.1
 */
export interface AuthorityKeyIdentifier {
  /** The octets that the issuer's subjectKeyIdentifier holds; undefined where the field is absent. */
  readonly keyId?: Uint8Array | undefined;
  /** Issuer of the issuer's certificate, one name or more; present exactly when `serial` is. */
  readonly issuer?: readonly GeneralName[] | undefined;
  /** Content octets of the INTEGER. */
  readonly serial?: Uint8Array | undefined;
}

/** Reasons as they occur in distribution points. @see RFC 5280 §4.2.1.13 */
export interface ReasonFlags {
  /** Bit 0, which has no meaning. */
  readonly unused: boolean;
  /** Bit 1: the subject's key is or may be compromised. */
  readonly keyCompromise: boolean;
  /** Bit 2: the key of a CA is or may be compromised. */
  readonly cACompromise: boolean;
  /** Bit 3: the subject's name or other data have changed. */
  readonly affiliationChanged: boolean;
  /** Bit 4: the certificate was replaced. */
  readonly superseded: boolean;
  /** Bit 5: the certificate is no longer needed. */
  readonly cessationOfOperation: boolean;
  /** Bit 6: the certificate is suspended, which can be undone. */
  readonly certificateHold: boolean;
  /** Bit 7: a privilege that the certificate states was withdrawn. */
  readonly privilegeWithdrawn: boolean;
  /** Bit 8: the key of an attribute authority is or may be compromised. */
  readonly aACompromise: boolean;
}

/** The names of {@link ReasonFlags}, each at the number of its bit. @see RFC 5280 §4.2.1.13 */
export const reasonFlagNames = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const satisfies readonly (keyof ReasonFlags)[];

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
  /** Where the CRL is. Undefined only where `crlIssuer` is given: its names are then the place. */
  readonly name?: DistributionPointName | undefined;
  /** The reasons that the CRL covers; undefined: every reason. */
  readonly reasons?: ReasonFlags | undefined;
  /** The signer of the CRL, one name or more; undefined: the issuer of the certificate. */
  readonly crlIssuer?: readonly GeneralName[] | undefined;
}

/**
 * Where to find information about the issuer or the subject, and of which kind.
 * @see RFC 5280 §4.2.2.1
 */
export interface AccessDescription {
  /** E.g. `1.3.6.1.5.5.7.48.1` for OCSP. */
  readonly method: string;
  /** Where it is; for OCSP and HTTP a `uri`. An `ip` here is an address alone, 4 or 16 octets. */
  readonly location: GeneralName;
}

/**
 * Which certificates and reasons a CRL covers.
 * @see RFC 5280 §5.2.5
 */
export interface IssuingDistributionPoint {
  /** The distribution point that the CRL was issued for; undefined: the CRL is not limited to one. */
  readonly name?: DistributionPointName | undefined;
  /** Whether it covers end-entity certificates alone. At most one of the three `onlyContains…` is true. */
  readonly onlyContainsUserCerts: boolean;
  /** Whether it covers CA certificates alone. At most one of the three `onlyContains…` is true. */
  readonly onlyContainsCACerts: boolean;
  /** The reasons that it covers; undefined: every reason. */
  readonly onlySomeReasons?: ReasonFlags | undefined;
  /** Whether entries may be certificates of other issuers than the CRL's own. */
  readonly indirectCRL: boolean;
  /** Whether it covers attribute certificates alone. At most one of the three `onlyContains…` is true. */
  readonly onlyContainsAttributeCerts: boolean;
}

/** A type with its values: an attribute of a directory entry or of a request. @see RFC 5280 §4.2.1.8, RFC 2986 §4.1 */
export interface Attribute {
  /** The attribute's type, dotted decimal. */
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
  /** Critical extensions that this package does not know, or decodes and does not act on; dotted decimal. */
  readonly unknownCritical: readonly string[];
  /** Whether the subject is a CA; absent from most certificates of servers and users. @see RFC 5280 §4.2.1.9 */
  readonly basicConstraints?: BasicConstraints | undefined;
  /** What the key may be used for, at least one use; undefined: not limited. @see RFC 5280 §4.2.1.3 */
  readonly keyUsage?: KeyUsage | undefined;
  /** Purposes as OIDs. @see RFC 5280 §4.2.1.12 */
  readonly extKeyUsage?: readonly string[] | undefined;
  /** Names of the subject, one or more, in order. @see RFC 5280 §4.2.1.6 */
  readonly subjectAltName?: readonly GeneralName[] | undefined;
  /** Other names of the issuer, one or more, in order. @see RFC 5280 §4.2.1.7 */
  readonly issuerAltName?: readonly GeneralName[] | undefined;
  /** Names that certificates below this CA may and must not have. @see RFC 5280 §4.2.1.10 */
  readonly nameConstraints?: NameConstraints | undefined;
  /** Policies of the certificate, one or more, none twice; a CA's limit those below it. @see RFC 5280 §4.2.1.4 */
  readonly certificatePolicies?: readonly PolicyInformation[] | undefined;
  /** Pairs of policies that the CA considers equivalent, one or more. @see RFC 5280 §4.2.1.5 */
  readonly policyMappings?: readonly PolicyMapping[] | undefined;
  /** When the path must have a policy, and when mapping ends; at least one of the two. @see RFC 5280 §4.2.1.11 */
  readonly policyConstraints?: PolicyConstraints | undefined;
  /** Certificates after which anyPolicy no longer counts. @see RFC 5280 §4.2.1.14 */
  readonly inhibitAnyPolicy?: number | undefined;
  /**
   * Octets that identify the subject's key, of any length; compare with `authorityKeyId.keyId` of what it signed.
   * @see RFC 5280 §4.2.1.2
   */
  readonly subjectKeyId?: Uint8Array | undefined;
  /** Identifies the key that signed. @see RFC 5280 §4.2.1.1 */
  readonly authorityKeyId?: AuthorityKeyIdentifier | undefined;
  /** Where CRLs that cover the certificate are, one place or more. @see RFC 5280 §4.2.1.13 */
  readonly crlDistributionPoints?: readonly DistributionPoint[] | undefined;
  /** Where delta CRLs that cover the certificate are, one place or more. @see RFC 5280 §4.2.1.15 */
  readonly freshestCrl?: readonly DistributionPoint[] | undefined;
  /** Where the OCSP responder and the issuer's certificate are, one place or more. @see RFC 5280 §4.2.2.1 */
  readonly authorityInfoAccess?: readonly AccessDescription[] | undefined;
  /** Where services of the subject are, e.g. the repository of a CA; one place or more. @see RFC 5280 §4.2.2.2 */
  readonly subjectInfoAccess?: readonly AccessDescription[] | undefined;
  /**
   * Attributes of the subject, one or more. Decoded but not acted on, so it is in `unknownCritical` where it is
   * critical.
   * @see RFC 5280 §4.2.1.8
   */
  readonly subjectDirectoryAttributes?: readonly Attribute[] | undefined;
}

/** Signed bytes with their signature: certificates, CRLs, requests and OCSP responses. */
export interface Signed {
  /** The bytes that are signed, with their header. */
  readonly tbs: Uint8Array;
  /**
   * The algorithm beside the signature; in certificates and CRLs the signed part names the same one.
   * @see RFC 5280 §4.1.1.2
   */
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
  /** All extensions in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
}
