import { callback, number, object, required } from '@entente/options';
import { checkTopology, type Topology } from '@entente/topology';
import { checks } from '../checks.ts';
import type { NetworkState } from './network-state.ts';
import { type FailingLink, rehearse } from './rehearse.ts';
import type { RehearsedLink } from './rehearsed-link.ts';

/** The steps of a rollover of the CA. Each is completed on every server before the next one begins. */
export type RotationAction =
  | { readonly kind: 'trust-new-anchor' }
  | { readonly kind: 'renew-certificates'; readonly servers: readonly string[] }
  | { readonly kind: 'distrust-old-anchor' };

/** One step, and the proof that it breaks nothing. */
export interface RotationStep {
  /** What to do, for programs. */
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
  /** Trust the new anchor, renew the certificates, distrust the old one: in this order. */
  readonly steps: readonly RotationStep[];
  /** What would break if the old anchor were replaced by the new one at once: why the steps are needed. */
  readonly atOnce: readonly FailingLink[];
}

/** The start and the end of a rollover, with judges and chains of each stage. */
export interface Rollover {
  /** The network, the same in every stage. */
  readonly topology: Topology;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Judges that trust the old anchor, both, or the new one. */
  readonly judges: Readonly<Record<'old' | 'both' | 'new', NetworkState['judgeOf']>>;
  /** Chains under the old and under the new anchor. */
  readonly chains: Readonly<Record<'old' | 'new', NetworkState['chainOf']>>;
}

/**
 * Orders the steps of a rollover and proves each by a rehearsal: every server trusts the new anchor before any server presents a
 * certificate under it, and none stops trusting the old one before every server has a new certificate. Servers renew one after the
 * other; the rehearsal proves this for each server alone and for all of them.
 *
 * @param rollover - both ends, with chains that exist already or are made for the rehearsal
 */
export function planRotation(rollover: Rollover): RotationPlan {
  checks.options(
    rollover,
    {
      topology: required(object, 'give topology'),
      now: required(number, 'give now'),
      judges: required(object, 'give judges'),
      chains: required(object, 'give chains'),
    },
    'rollover of planRotation',
  );
  checkTopology(rollover.topology, 'planRotation');
  const judging = {
    old: required(callback, 'give old'),
    both: required(callback, 'give both'),
    new: required(callback, 'give new'),
  };
  checks.options(rollover.judges, judging, 'judges of planRotation');
  checks.options(
    rollover.chains,
    { old: required(callback, 'give old'), new: required(callback, 'give new') },
    'chains of planRotation',
  );
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
      'Add the new root to anchors.enterprise with the stage prepared, sign and publish. Wait until every member has the new version.',
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
    instruction:
      'Let the authority issue under the new root, give that the stage active and the old one the stage tainted, sign and publish: every server renews, in any order.',
    breaks: brokenByRenewal,
  });
  steps.push({
    action: { kind: 'distrust-old-anchor' },
    instruction:
      'Remove the old root with entente topology remove <name> --kind anchor, sign and publish. Every change of our own roots needs as many administrators as administrators.required says.',
    breaks: rehearse(state(judges.both, everybody), state(judges.new, everybody)).breaks,
  });
  const atOnce = rehearse(state(judges.old, nobody), state(judges.new, nobody)).breaks;
  return { ok: steps.every((step) => step.breaks.length === 0), steps, atOnce };
}
