import { isHostOfOurs, showsAsOurs } from '@entente/federation';
import type { Uri } from '@entente/sip';
import type { Topology } from '@entente/topology';
import type { ClaimRules } from './claims-of-outsiders.ts';

/**
 * What a partner may say of others: of its own users, and of those of third domains, what it likes, and of users of ours nothing. A number has no domain:
 * nothing shows whose it is.
 * @param topology - in force
 */
export function partnerClaims(topology: Topology): ClaimRules {
  return {
    mayName: (uri) => isOfOthers(uri, topology),
    mayWarnAs: (agent) => isAgentOfOthers(agent, topology),
  };
}

/**
 * Whether an agent that warns is none of our servers and domains.
 * @param agent - host in lower case, without a port
 * @param topology - in force
 */
export function isAgentOfOthers(agent: string, topology: Topology): boolean {
  return !topology.externalNames.has(agent) && !isHostOfOurs(agent, topology);
}

/** Neither at a domain of ours, nor with one in the name of the user. */
function isOfOthers(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip') return false;
  return !isHostOfOurs(uri.host.toLowerCase(), topology) && !showsAsOurs(uri, topology);
}
