import type { Certificate } from '@entente/x509';
import type { AnchorSet } from './anchor.ts';
import type { ValidatedPath } from './path/validated-path.ts';
import type { PeerIdentity } from './peer-identity.ts';
import type { TrustPolicy } from './profile.ts';
import type { LinkContext } from './question.ts';
import type { RevocationKnowledge } from './revocation/knowledge.ts';
import type { Judge } from './verdict.ts';

/**
 * A policy of stage 6. It sees a peer that has passed everything and can only refuse.
 */
export interface PolicyStage {
  readonly name: string;
  /**
   * @returns a sentence that says why the peer is refused, or undefined
   */
  refuse(peer: PeerIdentity, link: LinkContext, path: ValidatedPath): string | undefined;
}

/** What a judge knows. The functions are asked at every verdict, so a new value takes effect at once. */
export interface JudgeOptions {
  readonly anchors: AnchorSet | (() => AnchorSet);
  /** Revocation knowledge; without it every certificate below a `hard-fail` or `grace` anchor is `revocation-unknown`. */
  readonly revocation?: RevocationKnowledge | (() => RevocationKnowledge);
  /** Default: the profile `entente`. */
  readonly policy?: TrustPolicy;
  /** Intermediates known beforehand, offered beside those that a peer presents. */
  readonly intermediates?: readonly Certificate[] | (() => readonly Certificate[]);
  /** Stage 6, in order. */
  readonly policies?: readonly PolicyStage[];
}

/**
 * Makes a judge.
 *
 * @param options - anchors, revocation knowledge, profile and policies
 */
export declare function createJudge(options: JudgeOptions): Judge;
