import type { Certificate } from '@entente/x509';
import type { RememberedStanding } from '../knowledge/remembered-standing.ts';
import type { TrustAnchor } from '../policy/anchor.ts';
import type { VerificationKey } from '../signatures/public-key.ts';
import type { ConstraintSet } from './name-constraints.ts';

/**
 * What RFC 5280 §6.1 knows after the certificates from the anchor down to this one. States form a tree that grows downwards
 * from each anchor; a state stands only on checks that do not depend on the question, so it can be kept.
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
  /** Non-self-issued intermediates that may follow, and who says so. */
  readonly lengthLimit: { readonly remaining: number; readonly by: PathState } | undefined;
  readonly constraints: readonly ConstraintSet[];
  /** Whether some certificate above can make a policy necessary. */
  readonly policiesMatter: boolean;
  /** Proven states of certificates below; it grows, and made when there is the first. */
  below: Map<Certificate, PathState> | undefined;
  /** What has been worked out about the revocation of this certificate; it changes with what is known. */
  standing: RememberedStanding | undefined;
}
