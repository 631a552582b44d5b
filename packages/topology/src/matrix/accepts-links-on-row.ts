import { anyText, object } from '@entente/options';
import type { ServerInterface, Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { Row } from './link-row.ts';
import { dialTargets } from './peers-of.ts';

/**
 * Whether any server of the topology may open a link to this one on a row whose second side it is, and send requests on it: a listener that
 * nobody may use stays closed.
 *
 * @param topology - built from a checked document
 * @param fqdn - the server that would listen
 * @param link - of `links`
 * @returns its internal interface, or undefined
 */
export function takesFrom(topology: Topology, fqdn: string, link: Row): ServerInterface | undefined {
  checkTopology(topology, 'takesFrom');
  checks.argument(fqdn, anyText, 'server of takesFrom');
  checks.argument(link, object, 'link of takesFrom', 'give one of links');
  const server = topology.servers.get(fqdn);
  if (server === undefined) return undefined;
  for (const other of topology.servers.values()) {
    if (other === server || !link.a.parties.includes(other.role)) continue;
    const targets = dialTargets(topology, other, [server]);
    if (targets.some(({ maySend, row, service }) => row === link.row && maySend && service !== 'store'))
      return server.interfaces.internal;
  }
  return undefined;
}
