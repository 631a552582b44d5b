import type { Certificate } from '@entente/x509';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { domainsOf } from '../path/anchor-limits.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import { profiles } from '../policy/profiles.ts';
import type { PolicyStage } from './judge-sources.ts';
import type { Judge } from './verdict.ts';
import { VerdictMaker } from './verdict-maker.ts';

/** What a judge knows. The functions are called at every verdict, so a new value takes effect at once. */
export interface JudgeOptions {
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
   * The latest time that a trusted authority has signed, milliseconds since the epoch (see {@link latestSignedTime}). If the clock
   * is behind it by more than the profile's `futureSkewMs`, every peer is refused as `clock-untrusted`: expired certificates
   * would be accepted.
   */
  readonly latestSigned?: () => number | undefined;
}

/**
 * Creates a judge.
 *
 * @param options - anchors, revocation knowledge, profile and policies
 * @returns the judge; it remembers what it has verified about issuers while the anchor set is the same object
 * @throws TypeError `ENTENTE_BAD_ANCHOR_LIMIT` where a limit of an anchor is not a domain
 */
export function createJudge(options: JudgeOptions): Judge {
  const { anchors, revocation = nothingKnown, intermediates = none, policies = [] } = options;
  if (typeof anchors !== 'function') checkLimits(anchors);
  return new VerdictMaker({
    anchors: typeof anchors === 'function' ? anchors : () => anchors,
    revocation: typeof revocation === 'function' ? revocation : () => revocation,
    intermediates: typeof intermediates === 'function' ? intermediates : () => intermediates,
    policy: options.policy ?? profiles.entente,
    policies,
    latestSigned: options.latestSigned ?? (() => undefined),
  });
}

const nothingKnown: RevocationKnowledge = { crls: [] };
const none: readonly Certificate[] = [];

/**
 * Creates an anchor set, and reports its faults now rather than at a handshake.
 *
 * @param anchors - the anchors; names must be unique
 * @throws TypeError `ENTENTE_ANCHOR_NAME_TAKEN`, `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function anchorSet(anchors: AnchorSet['anchors']): AnchorSet {
  const set = { anchors: Object.freeze([...anchors]) };
  const names = new Set<string>();
  for (const { name } of anchors) {
    if (names.has(name)) {
      throw Object.assign(
        new TypeError(`expected anchors with different names, found "${name}" twice; rename one of the two`),
        { code: 'ENTENTE_ANCHOR_NAME_TAKEN' },
      );
    }
    names.add(name);
  }
  checkLimits(set);
  return set;
}

function checkLimits(set: AnchorSet): void {
  for (const { limits } of set.anchors) if (limits !== undefined) domainsOf(limits);
}
