import type { CertificateRule } from '../rules/certificate-rules.ts';
import type { AlgorithmPolicy } from '../signatures/algorithm-policy.ts';
import type { RevocationPolicy } from './revocation-policy.ts';

/** Limits of the search for a path; each one ends in a typed rejection. */
export interface SearchBudget {
  /** Signature checks per verdict, in units of one P-256 verification. */
  readonly signatures: number;
  /** Candidate issuers looked at per verdict. */
  readonly steps: number;
  /** Name comparisons and policy nodes per verdict. */
  readonly comparisons: number;
  /** Certificates in one path, leaf and anchor not counted. */
  readonly maxIntermediates: number;
  /** Certificates a peer may present. */
  readonly maxPresented: number;
  /** Bytes a peer may present. */
  readonly maxBytes: number;
}

/** Initial values of RFC 5280 §6.1.1 for certificate policies. */
export interface InitialPolicies {
  /** OIDs; `2.5.29.32.0` stands for any. */
  readonly acceptable: readonly string[];
  readonly requireExplicit: boolean;
  readonly inhibitMapping: boolean;
  readonly inhibitAny: boolean;
}

/** How extended key usages are looked at. */
export interface ExtKeyUsageRules {
  /**
   * `ignore`: not at all. `nested`: every certificate of the path that has the extension must cover the purpose of the link.
   * `required`: as `nested`, and the leaf must have it.
   */
  readonly mode: 'ignore' | 'nested' | 'required';
  /** Whether anyExtendedKeyUsage in the leaf covers every purpose. */
  readonly anyInLeaf: boolean;
}

/** What is asked of revocation statements beside their freshness. */
export interface RevocationRules {
  /** Applies to anchors that name no policy of their own. */
  readonly fallback: RevocationPolicy;
  /** Statements older than this count as stale, whatever their nextUpdate says; milliseconds. */
  readonly maxAgeMs?: number;
  /** How long a statement without nextUpdate lasts; 0 refuses it as stale; milliseconds. */
  readonly withoutNextUpdateMs: number;
  /** How far thisUpdate may lie in the future, because clocks differ; milliseconds. */
  readonly futureSkewMs: number;
  /** Refuse a CRL that breaks RFC 5280 §5.2 (no CRL number, or a critical one). */
  readonly strictCrls: boolean;
  /** Whether a delegated OCSP signer without `id-pkix-ocsp-nocheck` must be known not to be revoked. */
  readonly ocspSignerStatus: 'required' | 'if-known';
}

/**
 * Every switch of the validator in one value. The named profiles are in `profiles`; a network uses `entente`.
 */
export interface TrustPolicy {
  /** Name printed with every conformance run. */
  readonly name: string;
  readonly algorithms: AlgorithmPolicy;
  readonly policies: InitialPolicies;
  readonly budget: SearchBudget;
  /** Rules for single certificates that RFC 5280 §4 (or the Web PKI) lays on CAs, beyond what §6 asks a validator to check. */
  readonly certificateRules: readonly CertificateRule[];
  /**
   * `key`: an anchor is a name and a key (RFC 5280 §6.1.1 (d)). `certificate`: its validity, extensions and constraints hold
   * too (RFC 5937).
   */
  readonly anchorIs: 'key' | 'certificate';
  readonly extKeyUsage: ExtKeyUsageRules;
  /** Ask that keyUsage of the leaf, where present, allows authentication in TLS. */
  readonly leafKeyUsage: boolean;
  readonly revocation: RevocationRules;
  /** Look into the common name where a certificate has no subjectAltName at all (RFC 5922 §7.1). */
  readonly commonNameFallback: boolean;
}
