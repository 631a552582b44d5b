import type { Topology } from '@entente/topology';

/**
 * Whether a server of the topology is believed when it says who a user is: it has authenticated the user itself, as front ends and
 * directors do, or the topology treats its requests as authenticated.
 * @param topology - in force
 * @param server - its FQDN
 */
export function mayAssertIdentity({ servers }: Topology, server: string): boolean {
  const known = servers.get(server);
  if (known === undefined) return false;
  return known.role === 'front-end' || known.role === 'director' || known.flags.treatAsAuthenticated;
}
