import type { CertificateRule } from '../rules/certificate-rules.ts';
import type { AlgorithmPolicy } from '../signatures/algorithm-policy.ts';
import type { RevocationPolicy } from './revocation-policy.ts';

/** Limits of the search for a path; each one ends in a typed rejection. */
export interface SearchBudget {
  /** Signature checks per verdict, in units of one P-256 verification. */
  readonly signatures: number;
  /** Candidate issuers examined per verdict. */
  readonly steps: number;
  /** Name comparisons and policy nodes per verdict. */
  readonly comparisons: number;
  /** Certificates in one path, leaf and anchor not counted. */
  readonly maxIntermediates: number;
  /** Bytes a peer may present. */
  readonly maxBytes: number;
  /**
   * Bytes that the certificate of the peer itself may have. Absent: as many as it may present. A connection keeps what it has, and each
   * verdict that does not find it remembered reads all of it.
   */
  readonly maxLeafBytes?: number;
  /** Names (entries of subjectAltName) that it may have. Absent: as many as there is room for. */
  readonly maxLeafNames?: number;
}

/** Initial values of RFC 5280 §6.1.1 for certificate policies. */
export interface InitialPolicies {
  /** OIDs; `2.5.29.32.0` stands for any. */
  readonly acceptable: readonly string[];
  /** Whether the path must be valid for an acceptable policy (initial-explicit-policy). @see RFC 5280 §6.1.1 (f) */
  readonly requireExplicit: boolean;
  /**
   * Whether policies may not be mapped anywhere in the path (initial-policy-mapping-inhibit).
   * @see RFC 5280 §6.1.1 (e)
   */
  readonly inhibitMapping: boolean;
  /** Whether anyPolicy in a certificate does not count (initial-any-policy-inhibit). @see RFC 5280 §6.1.1 (g) */
  readonly inhibitAny: boolean;
}

/** How extended key usages are checked. */
export interface ExtKeyUsageRules {
  /**
   * `ignore`: they are not checked. `nested`: every certificate of the path that has the extension must cover the purpose of the link.
   * `required`: as `nested`, and the leaf must have it.
   */
  readonly mode: 'ignore' | 'nested' | 'required';
  /** Whether anyExtendedKeyUsage in the leaf covers every purpose. */
  readonly anyInLeaf: boolean;
}

/** What revocation statements must fulfil beside their freshness. */
export interface RevocationRules {
  /** The policy of anchors without one of their own. */
  readonly fallback: RevocationPolicy;
  /** Statements older than this count as stale, whatever their nextUpdate says; milliseconds. */
  readonly maxAgeMs?: number;
  /** How long a statement without nextUpdate is current, milliseconds; 0: it is stale. */
  readonly withoutNextUpdateMs: number;
  /** How far thisUpdate may lie in the future, because clocks differ, milliseconds. */
  readonly futureSkewMs: number;
  /** Refuse a CRL that breaks RFC 5280 §5.2 (no CRL number, or a critical one). */
  readonly strictCrls: boolean;
  /** Whether a delegated OCSP signer without `id-pkix-ocsp-nocheck` must be known not to be revoked. */
  readonly ocspSignerStatus: 'required' | 'if-known';
}

/**
 * Every setting of the validator in one value. The named profiles are in `profiles`; a network uses `entente`.
 */
export interface TrustPolicy {
  /** Name printed with every conformance run. */
  readonly name: string;
  /** Signature algorithms and keys that are allowed in a path. */
  readonly algorithms: AlgorithmPolicy;
  /** What is required of certificate policies; in `entente` nothing. */
  readonly policies: InitialPolicies;
  /** Limits of the search for a path, for each verdict. */
  readonly budget: SearchBudget;
  /** Rules of RFC 5280 §4 (or the Web PKI) for the CAs that issue certificates, beyond what §6 requires of a validator. */
  readonly certificateRules: readonly CertificateRule[];
  /**
   * `key`: an anchor is a name and a key (RFC 5280 §6.1.1 (d)). `certificate`: its validity, extensions and constraints count
   * too (RFC 5937).
   */
  readonly anchorIs: 'key' | 'certificate';
  /** Whether the extended key usages of a path must cover the purpose of the link. */
  readonly extKeyUsage: ExtKeyUsageRules;
  /** Whether keyUsage of the leaf, where present, must allow authentication in TLS. */
  readonly leafKeyUsage: boolean;
  /** What revocation statements must fulfil, and the default of anchors without a policy of their own. */
  readonly revocation: RevocationRules;
  /** Whether the common name counts where a certificate has no subjectAltName (RFC 5922 §7.1). */
  readonly commonNameFallback: boolean;
}
