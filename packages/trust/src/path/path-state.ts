import type { Certificate } from '@entente/x509';
import type { RememberedStanding } from '../knowledge/ca-status-memory.ts';
import type { TrustAnchor } from '../policy/anchor.ts';
import type { VerificationKey } from '../signatures/public-key.ts';
import type { ConstraintSet } from './name-constraints.ts';

/**
 * The state of RFC 5280 §6.1 after the certificates from the anchor down to this one. States form a tree below each anchor. A
 * state depends only on checks that do not depend on the question, so it can be kept.
 */
export interface PathState {
  readonly anchor: TrustAnchor;
  /** State of the certificate above; undefined for the anchor itself. */
  readonly parent: PathState | undefined;
  readonly certificate: Certificate;
  readonly key: VerificationKey;
  /** This certificate and those above it, the anchor not included. */
  readonly issuers: readonly Certificate[];
  /** Certificates between anchor and this one, this one included; 0 for the anchor. */
  readonly position: number;
  /** Non-self-issued intermediates that may follow, and the certificate that says so. */
  readonly lengthLimit: { readonly remaining: number; readonly by: PathState } | undefined;
  readonly constraints: readonly ConstraintSet[];
  /** Whether a certificate above can require a policy. */
  readonly policiesMatter: boolean;
  /** Verified states of certificates below, each as long as something else keeps its certificate; created with the first one. */
  below: WeakMap<Certificate, PathState> | undefined;
  /** The last result about the revocation of this certificate; it changes with the revocation knowledge. */
  standing: RememberedStanding | undefined;
}
