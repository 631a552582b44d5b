import { topologyFault } from '../terms/fault.ts';
import type { Server, Topology } from './topology.ts';

/**
 * A server by its own FQDN.
 * @throws `ENTENTE_UNKNOWN_SERVER`
 */
export function serverNamed(topology: Topology, fqdn: string): Server {
  const server = topology.servers.get(fqdn);
  if (server !== undefined) return server;
  throw topologyFault(
    'ENTENTE_UNKNOWN_SERVER',
    `Expected the FQDN of a server of the topology, found ${JSON.stringify(fqdn)}: add it to the document or correct the name.`,
  );
}
