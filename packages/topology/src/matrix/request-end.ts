import type { Topology } from '../network/topology.ts';
import type { InterfaceName } from '../terms/roles.ts';
import type { Party } from './link-row.ts';
import type { LinkEnd } from './link-rules.ts';
import type { TopologyRejection } from './rejection.ts';

/** One end of a link between which a request travels. */
export type RequestEnd =
  | {
      readonly fqdn: string;
      /** Default `internal`. */
      readonly interface?: InterfaceName;
    }
  | { readonly party: Exclude<Party, 'store'> };

/** The end as the rows of the matrix know it; undefined for a server that the topology does not have. */
export function linkEnd(topology: Topology, end: RequestEnd): LinkEnd | undefined {
  if ('party' in end) return { party: end.party };
  const server = topology.servers.get(end.fqdn);
  return server && { party: server.role, server, interface: end.interface ?? 'internal' };
}

/** The refusal of an end that the topology does not have. */
export function unknownEnd(end: RequestEnd): TopologyRejection {
  return {
    reason: 'not-in-topology',
    ...serverOf(end),
    message: `${describeEnd(end)} is not in the topology.`,
    remedy: 'Add the server to the topology and publish it, or correct its name.',
  };
}

/** The server of an end, as a rejection names it. */
export function serverOf(end: RequestEnd): { readonly server?: string } {
  return 'fqdn' in end ? { server: end.fqdn } : {};
}

/** The end in a sentence. */
export function describeEnd(end: RequestEnd): string {
  return 'fqdn' in end ? end.fqdn : `the ${end.party}`;
}
