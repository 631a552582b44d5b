import type { Numbering } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';

const known = new WeakMap<Topology, Numbering>();

/**
 * How the organisation dials, as the topology says; the same object for every request while that is in force.
 * @param topology - in force
 */
export function numberingOf(topology: Topology): Numbering {
  const kept = known.get(topology);
  if (kept !== undefined) return kept;
  const { emergencyNumbers, rules } = topology.telephony;
  const isOurDomain = (domain: string) => topology.isOurDomain(domain);
  const numbering: Numbering = { emergencyNumbers, rules, isOurDomain };
  known.set(topology, numbering);
  return numbering;
}
