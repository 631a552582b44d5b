import type { Certificate } from '@entente/x509';
import type { PeerIdentity } from '../identity/peer-identity.ts';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import type { ValidatedPath } from '../path/validated-path.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import type { LinkContext } from '../question/link-context.ts';

/**
 * A policy of stage 6. It sees a peer that has passed everything and can only refuse.
 */
export interface PolicyStage {
  /** Name of the policy in evidence, and in the rejection `refused-by-policy`. */
  readonly name: string;
  /**
   * @returns a sentence that says why the peer is refused, or undefined
   */
  refuse(peer: PeerIdentity, link: LinkContext, path: ValidatedPath): string | undefined;
}

/** What a judge knows, each source as a function. */
export interface JudgeSources {
  readonly anchors: () => AnchorSet;
  readonly revocation: () => RevocationKnowledge;
  readonly intermediates: () => readonly Certificate[];
  readonly policy: TrustPolicy;
  readonly policies: readonly PolicyStage[];
  readonly latestSigned: () => number | undefined;
}
