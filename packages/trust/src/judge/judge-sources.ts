import type { Certificate } from '@entente/x509';
import type { AnchorSet } from './anchor.ts';
import type { PolicyStage } from './policy-stage.ts';
import type { TrustPolicy } from './profile.ts';
import type { RevocationKnowledge } from './revocation/knowledge.ts';

/** What a judge is made of, each source as a function. */
export interface JudgeSources {
  readonly anchors: () => AnchorSet;
  readonly revocation: () => RevocationKnowledge;
  readonly intermediates: () => readonly Certificate[];
  readonly policy: TrustPolicy;
  readonly policies: readonly PolicyStage[];
  readonly latestSigned: () => number | undefined;
}
