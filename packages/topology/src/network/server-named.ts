import { TopologyFault } from '../terms/fault.ts';
import type { Server, Topology } from './topology.ts';

/**
 * A server by its own FQDN.
 *
 * @throws `ENTENTE_UNKNOWN_SERVER`
 */
export function serverNamed(topology: Topology, fqdn: string): Server {
  const server = topology.servers.get(fqdn);
  if (server !== undefined) return server;
  throw new TopologyFault('ENTENTE_UNKNOWN_SERVER', {
    sentence: `expected the FQDN of a server of the topology, found ${JSON.stringify(fqdn)}`,
    place: 'servers of the topology',
    remedy: 'add the server to the document, or correct the name',
  });
}
