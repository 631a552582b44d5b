import type { Server, ServerInterface, Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { aServer, checkTopology } from '../terms/given.ts';
import { links } from './links.ts';
import { mayRequest } from './may-request.ts';

const httpPort = 80;

/**
 * Whether an edge serves outsiders our revocation lists and CA certificates: it has an external interface, and the topology has
 * not closed row 19 for it.
 *
 * @param topology - built from a checked document
 * @param server - one of its servers
 * @returns its external interface, or undefined
 */
export function publishesOutside(topology: Topology, server: Server): ServerInterface | undefined {
  checkTopology(topology, 'publishesOutside');
  checks.argument(server, aServer, 'server of publishesOutside');
  const { external } = server.interfaces;
  if (server.role !== 'edge' || external === undefined) return undefined;
  const here = { fqdn: server.fqdn, interface: 'external' } as const;
  const asked = (['partner', 'external-client'] as const).some(
    (party) => mayRequest(topology, { party }, here, links.outsiderToEdge.row).ok,
  );
  return asked ? external : undefined;
}

/**
 * Where outsiders fetch our revocation lists and CA certificates: the edges, over plain HTTP because these objects prove themselves
 * (RFC 5280 §8). Certificates that outsiders see name these addresses and no server inside.
 *
 * @param topology - built from a checked document
 * @returns origins such as `http://access.contoso.example`, in the order of the document, each once
 */
export function outsideObjectUrls(topology: Topology): readonly string[] {
  checkTopology(topology, 'outsideObjectUrls');
  const urls = new Set<string>();
  for (const server of topology.servers.values()) {
    const side = publishesOutside(topology, server);
    const port = side?.ports.objects;
    if (side === undefined || port === undefined) continue;
    urls.add(`http://${side.fqdn}${port === httpPort ? '' : `:${port}`}`);
  }
  return [...urls];
}
