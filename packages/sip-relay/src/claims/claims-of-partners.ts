import { mayBeInsideName } from '@entente/federation';
import type { Uri } from '@entente/sip';
import type { Topology } from '@entente/topology';
import type { ClaimRules } from './claims-of-outsiders.ts';

/** Characters of a user's name that are looked at; a longer one is not read, and may name one of ours somewhere. */
const longestUser = 512;

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
  return !topology.externalNames.has(agent) && !isOurs(agent, topology);
}

/**
 * Neither at a domain of ours, nor with one in the name of the user, which telephones show without what is behind it: `alice%40contoso.example`,
 * `alice;phone-context=contoso.example`.
 */
function isOfOthers(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip') return false;
  const { user = '' } = uri;
  if (user.length > longestUser) return false;
  const [, ...places] = user
    .normalize('NFKC')
    .toLowerCase()
    .split(/[@;:=]/);
  return ![uri.host.toLowerCase(), ...places].some((place) => isOurs(place.trim(), topology));
}

function isOurs(place: string, topology: Topology): boolean {
  const host = place.replace(/\.$/, '');
  return topology.isOurDomain(host) || mayBeInsideName(topology, host);
}
