import { anyText } from '@entente/options';
import type { Server, ServerInterface, Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { aServer, checkTopology } from '../terms/given.ts';
import { links } from './links.ts';
import { type DialTarget, dialTargets } from './peers-of.ts';

/**
 * Which perimeter servers an authority pushes to, and where: those that row 16 lets it dial and send requests to.
 *
 * @param topology - built from a checked document
 * @param authority - FQDN of the authority
 * @returns in the order of the document; empty where the topology does not list it as an authority
 */
export function pushTargets(topology: Topology, authority: string): readonly DialTarget[] {
  checkTopology(topology, 'pushTargets');
  checks.argument(authority, anyText, 'authority of pushTargets');
  const server = topology.servers.get(authority);
  if (server?.role !== 'authority') return [];
  return targetsAmong(topology, server, topology.servers.values());
}

/**
 * Whether a server has the port at which authorities push, and on which interface: the topology gives it one, and has not closed
 * row 16 for it.
 *
 * @param topology - built from a checked document
 * @param server - one of its servers
 * @returns its internal interface, or undefined
 */
export function takesPushes(topology: Topology, server: Server): ServerInterface | undefined {
  checkTopology(topology, 'takesPushes');
  checks.argument(server, aServer, 'server of takesPushes');
  const isPushedTo = authoritiesOf(topology).some(
    (authority) => targetsAmong(topology, authority, [server]).length > 0,
  );
  return isPushedTo ? server.interfaces.internal : undefined;
}

/**
 * Whether a member may ask an authority over connections that it opens itself: row 15 is not closed for it.
 *
 * @param topology - built from a checked document
 * @param fqdn - the member; one that the topology does not list may ask, and is told why it gets nothing. Where it lists no authority, all may
 */
export function mayAskAuthority(topology: Topology, fqdn: string): boolean {
  checkTopology(topology, 'mayAskAuthority');
  checks.argument(fqdn, anyText, 'server of mayAskAuthority');
  const member = topology.servers.get(fqdn);
  const authorities = authoritiesOf(topology);
  if (member === undefined || authorities.length === 0) return true;
  return dialTargets(topology, member, authorities).some(
    ({ maySend, row, service }) => row === links.memberToAuthority.row && service === 'https' && maySend,
  );
}

function authoritiesOf(topology: Topology): readonly Server[] {
  return [...topology.servers.values()].filter(({ role }) => role === 'authority');
}

function targetsAmong(topology: Topology, authority: Server, others: Iterable<Server>): DialTarget[] {
  return dialTargets(topology, authority, others).filter(
    ({ maySend, row, service }) => row === links.authorityToEdge.row && service === 'push' && maySend,
  );
}
