import type { RevocationPolicy } from './revocation/policy.ts';
import type { AlgorithmPolicy } from './signatures/algorithm-policy.ts';

/** Limits of the search for a path; each one ends in a typed rejection. */
export interface SearchBudget {
  /** Signatures checked per verdict. */
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

/**
 * Every switch of the validator in one value. Named profiles are in `profiles`; a program of ours uses `entente`.
 */
export interface TrustPolicy {
  /** Name printed with every conformance run. */
  readonly name: string;
  readonly algorithms: AlgorithmPolicy;
  readonly policies: InitialPolicies;
  readonly budget: SearchBudget;
  /** Refuse what RFC 5280 §4 forbids a CA to issue, beyond what §6 asks a validator to check. */
  readonly certificateRules: 'path-only' | 'rfc5280' | 'webpki';
  /** Ask for an extended key usage that fits the link; an absent extension allows every purpose. */
  readonly extKeyUsage: 'ignore' | 'nested' | 'required-in-leaf';
  /** Revocation of anchors that name no policy of their own. */
  readonly revocation: RevocationPolicy;
  /** Look into the common name where a certificate has no subjectAltName at all (RFC 5922 §7.1). */
  readonly commonNameFallback: boolean;
}
