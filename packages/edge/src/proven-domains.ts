import { partnerOfPeer } from '@entente/federation';
import type { SipConnection } from '@entente/sip-endpoint';
import type { Topology } from '@entente/topology';

/**
 * The domains that a partner has proven, for logs. Others that a certificate names, below them, say less: their number is the partner's choice.
 * @param topology - in force
 * @param peer - as the verdict has found it
 * @returns none where the topology has listed it no longer
 */
export function provenDomains(
  topology: Topology,
  peer: SipConnection['protection']['peer'],
): readonly string[] {
  if (peer === undefined) return [];
  const found = partnerOfPeer(topology, peer);
  return found.ok ? found.authority.domains : [];
}
