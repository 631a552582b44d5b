import { anyText } from '@entente/options';
import type { Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { Role } from '../terms/roles.ts';

/** Roles that authenticate the user before they forward a request, or that forward it out of the organisation. */
const authenticatingRoles: ReadonlySet<Role> = new Set(['front-end', 'director', 'edge']);

/**
 * Whether a request whose sender is not authenticated may be routed to a host. Servers of other roles forward whatever our servers
 * send them, and the other end of a dialog writes part of its Route.
 *
 * @param topology - the one in force
 * @param host - of a server or a pool, lower case
 * @returns true for a host that is neither of ours, because it does not trust our servers
 */
export function mayReceiveUnauthenticated(topology: Topology, host: string): boolean {
  checkTopology(topology, 'mayReceiveUnauthenticated');
  checks.argument(host, anyText, 'host of mayReceiveUnauthenticated');
  const role = topology.servers.get(host)?.role ?? topology.pools.get(host)?.role;
  return role === undefined || authenticatingRoles.has(role);
}
