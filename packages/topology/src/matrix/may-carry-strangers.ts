import type { Topology } from '../network/topology.ts';
import type { Role } from '../terms/roles.ts';

/** They ask who a user is before they carry anything on, or know the way out. */
const rolesForStrangers: ReadonlySet<Role> = new Set(['front-end', 'director', 'edge']);

/**
 * Whether a request that nobody vouches for may be led to a host. Servers of other roles carry on whatever servers of ours send,
 * and the other end of a dialog writes part of its Route.
 *
 * @param topology - the one in force
 * @param host - lower case; one that names no server of ours is nobody's who would take our word
 */
export function mayCarryStrangers(topology: Topology, host: string): boolean {
  const role = topology.servers.get(host)?.role;
  return role === undefined || rolesForStrangers.has(role);
}
