import type { Certificate } from '@entente/x509';
import { TrustFault } from '../fault.ts';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import type { AnchorSet } from '../policy/anchor.ts';
import { profiles } from '../policy/profiles.ts';
import { checkAnchors } from './check-anchors.ts';
import { checkJudgeOptions } from './check-judge-options.ts';
import type { JudgeOptions } from './judge-options.ts';
import type { Judge } from './verdict.ts';
import { VerdictMaker } from './verdict-maker.ts';

/**
 * Creates a judge.
 *
 * @param options - anchors, revocation knowledge, profile and policies
 * @returns the judge; it remembers what it has verified about issuers, and about leaves that it has accepted, while the
 * anchor set is the same object
 * @throws TrustFault `ENTENTE_BAD_ANCHOR_LIMIT` where a limit of an anchor would not limit, `ENTENTE_BAD_JUDGE_OPTION` for an option
 * that is unknown, misspelt or of another type
 */
export function createJudge(options: JudgeOptions): Judge {
  checkJudgeOptions(options);
  const { anchors, revocation = nothingKnown, intermediates = none, policies = [] } = options;
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
 * @throws TrustFault `ENTENTE_ANCHOR_NAME_TAKEN`, `ENTENTE_BAD_ANCHOR_LIMIT`, `ENTENTE_BAD_JUDGE_OPTION`
 */
export function anchorSet(anchors: AnchorSet['anchors']): AnchorSet {
  checkAnchors({ anchors });
  const names = new Set<string>();
  for (const { name } of anchors) {
    if (names.has(name)) {
      throw new TrustFault('ENTENTE_ANCHOR_NAME_TAKEN', {
        sentence: `expected anchors with different names, found "${name}" twice`,
        place: `anchor ${name}`,
        remedy: 'rename one of the two',
      });
    }
    names.add(name);
  }
  return { anchors: Object.freeze([...anchors]) };
}
