import { authorise, type LocalEnd, refuseUnconfirmed, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { DomainState } from './domain-state.ts';

/** One of our ends of a link. */
export type OwnEnd = Exclude<LocalEnd, { party: unknown }>;

/**
 * The authorisation of one of our ends, always by the topology in force, as long as that is confirmed.
 * @param state - asked at each decision
 * @param local - our end of the link
 */
export function authoriseBy(state: DomainState, local: OwnEnd): Authorise {
  let topology: Topology | undefined;
  let decide: Authorise | undefined;
  const confirmation = () => state.confirmation;
  return (peer, link) => {
    if (decide === undefined || topology !== state.topology) {
      topology = state.topology;
      decide = authorise(topology, local, confirmation);
    }
    return decide(peer, link);
  };
}

/**
 * Another authorisation that depends on the topology, such as that of partners: it counts as long as the topology is confirmed.
 * @param state - asked at each decision
 * @param allow - asked after that
 */
export function whileConfirmed(state: DomainState, allow: Authorise): Authorise {
  return (peer, link) => {
    const rejection = refuseUnconfirmed(state.topology, state.confirmation);
    return rejection === undefined ? allow(peer, link) : { ok: false, rejection };
  };
}
