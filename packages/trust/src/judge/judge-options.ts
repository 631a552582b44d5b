import type { Certificate } from '@entente/x509';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import type { PolicyStage } from './judge-sources.ts';

/** What a judge knows. The functions are called at every verdict, so a new value takes effect at once. */
export interface JudgeOptions {
  /**
   * The anchors, or a function called at every verdict. It returns the same object as long as nothing has changed:
   * what was verified is remembered for that object.
   */
  readonly anchors: AnchorSet | (() => AnchorSet);
  /** Revocation knowledge; without it every certificate below a `hard-fail` or `grace` anchor is `revocation-unknown`. */
  readonly revocation?: RevocationKnowledge | (() => RevocationKnowledge);
  /** Default: the profile `entente`. */
  readonly policy?: TrustPolicy;
  /** Intermediates known in advance, used beside those that a peer presents. */
  readonly intermediates?: readonly Certificate[] | (() => readonly Certificate[]);
  /** Stage 6, in order. */
  readonly policies?: readonly PolicyStage[];
  /**
   * The latest time that a trusted authority has signed, milliseconds since the epoch (see `latestSignedTime`). If the clock
   * is behind it by more than the profile's `futureSkewMs`, every peer is refused as `clock-untrusted`: expired certificates
   * would be accepted.
   */
  readonly latestSigned?: () => number | undefined;
}
