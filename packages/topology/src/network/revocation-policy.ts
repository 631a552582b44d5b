import { object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import type { Topology } from './topology.ts';

/** How fresh revocation knowledge must be below an anchor, in the form that `@entente/trust` takes. */
export type TopologyRevocation =
  | { readonly mode: 'hard-fail' }
  /** `graceMs` after nextUpdate, 0 to 30 days. */
  | { readonly mode: 'grace'; readonly graceMs: number }
  /** `signedBy` names the topology: only a signature turns the check off, and every verdict says which one. */
  | { readonly mode: 'off'; readonly signedBy: string };

/**
 * What the signed topology says about revocation, in the form that an anchor takes.
 *
 * @param topology - the one in force
 * @param below - whose anchors: `enterprise`, our own roots (default 72 h of grace), or `partners` (default hard-fail)
 */
export function revocationPolicy(
  topology: Pick<Topology, 'hash' | 'policies'>,
  below: 'enterprise' | 'partners',
): TopologyRevocation {
  checks.argument(topology, object, 'topology of revocationPolicy', 'give what buildTopology returns');
  const { hash, policies } = topology;
  checks.argument(policies, object, 'policies of revocationPolicy', 'give what buildTopology returns');
  const policy = policies.revocation[below];
  checks.argument(policy, object, `revocation of ${below}`, "give 'enterprise' or 'partners'");
  const { mode, graceSeconds } = policy;
  switch (mode) {
    case 'hard-fail':
      return { mode };
    case 'grace':
      return { mode, graceMs: (graceSeconds ?? 0) * 1_000 };
    case 'off':
      return { mode, signedBy: `topology ${hash.slice(0, 16)}` };
  }
}
