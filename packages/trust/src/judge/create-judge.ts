import type { Certificate } from '@entente/x509';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { domainsOf } from '../path/anchor-limits.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import type { TrustPolicy } from '../policy/profile.ts';
import { profiles } from '../policy/profiles.ts';
import type { PolicyStage } from './judge-sources.ts';
import type { Judge } from './verdict.ts';
import { VerdictMaker } from './verdict-maker.ts';

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
  /**
   * The latest time that somebody believed has signed, milliseconds since the epoch (see {@link latestSignedTime}): a clock that
   * is behind it by more than the profile's `futureSkewMs` believes what has expired, so every peer is `clock-untrusted`.
   */
  readonly latestSigned?: () => number | undefined;
}

/**
 * Makes a judge.
 *
 * @param options - anchors, revocation knowledge, profile and policies
 * @returns the judge; it keeps what it has proven about issuers for as long as the anchor set is the same object
 * @throws a TypeError with code `ENTENTE_BAD_ANCHOR_LIMIT` when a limit of an anchor names no domain
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
 * Makes an anchor set, and finds what is wrong with it now rather than at a handshake.
 *
 * @param anchors - the anchors; names must be unique
 * @throws a TypeError with code `ENTENTE_ANCHOR_NAME_TAKEN` or `ENTENTE_BAD_ANCHOR_LIMIT`
 */
export function anchorSet(anchors: AnchorSet['anchors']): AnchorSet {
  const set = { anchors: Object.freeze([...anchors]) };
  const names = new Set<string>();
  for (const { name } of anchors) {
    if (names.has(name)) {
      throw Object.assign(
        new TypeError(
          `expected anchors with names of their own, found "${name}" twice; rename one of the two`,
        ),
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
