import { authorise, type LocalEnd, refuseUnconfirmed, type Topology } from '@entente/topology';
import type { Authorise, Rejection } from '@entente/trust';
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
      // The topology's rejections are part of the union of `@entente/trust`, which a formats floor cannot name.
      decide = authorise(topology, local, confirmation) as Authorise;
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
    const rejection = refuseUnconfirmed(state.topology, state.confirmation) as Rejection | undefined;
    return rejection === undefined ? allow(peer, link) : { ok: false, rejection };
  };
}
