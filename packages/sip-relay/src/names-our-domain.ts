import type { Topology } from '@entente/topology';

const prefix = 'sip.';

/**
 * Whether a host is a name under which clients reach a domain of ours: the domain itself, or `sip.` before it.
 * @param topology - the one in force
 * @param host - in lower case
 */
export function namesOurDomain(topology: Topology, host: string): boolean {
  return topology.isOurDomain(host.startsWith(prefix) ? host.slice(prefix.length) : host);
}
