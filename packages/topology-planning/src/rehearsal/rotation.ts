import type { Topology } from '@entente/topology';
import type { NetworkState } from './network-state.ts';
import { type FailingLink, rehearse } from './rehearse.ts';
import type { RehearsedLink } from './rehearsed-link.ts';

/** What a rollover of the CA is made of. A step is taken everywhere before the next one begins. */
export type RotationAction =
  | { readonly kind: 'trust-new-anchor' }
  | { readonly kind: 'renew-certificates'; readonly servers: readonly string[] }
  | { readonly kind: 'distrust-old-anchor' };

/** One step, and the proof that it breaks nothing. */
export interface RotationStep {
  readonly action: RotationAction;
  /** What to do, for people. */
  readonly instruction: string;
  /** Links that would break if this step were taken now; empty where it is safe. */
  readonly breaks: readonly FailingLink[];
}

/** The plan, and what would have happened in one step. */
export interface RotationPlan {
  /** Whether every step is safe. */
  readonly ok: boolean;
  readonly steps: readonly RotationStep[];
  /** What would break if the old anchor were replaced by the new one at once: why the steps are needed. */
  readonly atOnce: readonly FailingLink[];
}

/** The two ends of a rollover, and how a judge or chain looks in between. */
export interface Rollover {
  readonly topology: Topology;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Judges that believe the old anchor, both, or the new one. */
  readonly judges: Readonly<Record<'old' | 'both' | 'new', NetworkState['judgeOf']>>;
  /** Chains under the old and under the new anchor. */
  readonly chains: Readonly<Record<'old' | 'new', NetworkState['chainOf']>>;
}

/**
 * Orders the steps of a rollover and proves each by a rehearsal: everybody believes the new anchor before anybody shows a certificate
 * under it, and nobody stops believing the old one before everybody has a new certificate. Renewal itself goes server by server; that
 * every mixture works is proven for each server alone and for all.
 *
 * @param rollover - both ends, with chains that exist already or are made for the rehearsal
 */
export function planRotation(rollover: Rollover): RotationPlan {
  const { topology, now, judges, chains } = rollover;
  const servers = [...topology.servers.keys()];
  const state = (judgeOf: NetworkState['judgeOf'], renewed: ReadonlySet<string>): NetworkState => ({
    topology,
    now,
    judgeOf,
    chainOf: (fqdn, side) => (renewed.has(fqdn) ? chains.new : chains.old)(fqdn, side),
  });
  const nobody = new Set<string>();
  const everybody = new Set(servers);
  const steps: RotationStep[] = [];
  steps.push({
    action: { kind: 'trust-new-anchor' },
    instruction:
      'Add the new root to anchors.enterprise, sign and publish; wait until every member has the new version.',
    breaks: rehearse(state(judges.old, nobody), state(judges.both, nobody)).breaks,
  });
  const renewed = new Set<string>();
  const brokenByRenewal: FailingLink[] = [];
  for (const server of servers) {
    const before = state(judges.both, new Set(renewed));
    renewed.add(server);
    const after = state(judges.both, new Set(renewed));
    const touches = (link: RehearsedLink) => link.from === server || link.to === server;
    brokenByRenewal.push(...rehearse(before, after, touches).breaks);
  }
  steps.push({
    action: { kind: 'renew-certificates', servers },
    instruction: 'Let the authority issue under the new root, and renew every server, in any order.',
    breaks: brokenByRenewal,
  });
  steps.push({
    action: { kind: 'distrust-old-anchor' },
    instruction:
      'Remove the old root from anchors.enterprise, sign (one administrator is enough) and publish.',
    breaks: rehearse(state(judges.both, everybody), state(judges.new, everybody)).breaks,
  });
  const atOnce = rehearse(state(judges.old, nobody), state(judges.new, nobody)).breaks;
  return { ok: steps.every((step) => step.breaks.length === 0), steps, atOnce };
}
