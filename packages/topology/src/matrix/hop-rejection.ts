import type { Topology } from '../network/topology.ts';
import { checkTopology } from '../terms/given.ts';
import type { InterfaceName } from '../terms/roles.ts';
import { mayOpen } from './may-open.ts';
import { mayRequest } from './may-request.ts';
import type { TopologyRejection } from './rejection.ts';

/**
 * Why a server sends another one no requests over SIP, where {@link hopFinder} finds no way: the topology does not have it, has closed the row,
 * lets the other side alone open the link, or lets the other side alone send.
 *
 * @param topology - the one in force
 * @param fqdn - this server
 * @param server - the other one
 * @param from - our interface that would dial
 */
export function hopRejection(
  topology: Topology,
  fqdn: string,
  server: string,
  from: InterfaceName = 'internal',
): TopologyRejection {
  checkTopology(topology, 'hopRejection');
  const ours = { fqdn, interface: from } as const;
  const theirs = { fqdn: server };
  const asked = mayRequest(topology, ours, theirs);
  if (!asked.ok) return asked.rejection;
  const opened = mayOpen(topology, ours, theirs, asked.row);
  if (!opened.ok) return opened.rejection;
  return {
    reason: 'role-not-allowed-on-link',
    server,
    message: `${server} takes no SIP of ${fqdn}: row ${asked.row} of the allow matrix is for something else, or the topology gives it no port.`,
    remedy: 'Use a route that the allow matrix has (entente topology draw shows the links).',
  };
}
