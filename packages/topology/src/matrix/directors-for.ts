import { anyText } from '@entente/options';
import { inOrderFor } from '../network/home-server.ts';
import type { Server, Topology } from '../network/topology.ts';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import { peersOf } from './peers-of.ts';

/** Directors that a request goes to at most, one after the other. */
const maxDirectors = 4;

const known = new WeakMap<Topology, Map<string, readonly Server[]>>();

/**
 * The directors that an edge hands the requests of outsiders to, in the order to try: those that it may send requests to. Where there is one,
 * no request of an outsider goes past it, even if none answers.
 *
 * @param topology - the one in force
 * @param edge - FQDN of the edge inside
 * @param address - of record, of the user whose home the request goes to
 * @returns FQDNs; none where no director stands
 */
export function directorsFor(topology: Topology, edge: string, address: string): readonly string[] {
  checkTopology(topology, 'directorsFor');
  checks.argument(edge, anyText, 'edge of directorsFor');
  checks.argument(address, anyText, 'address of directorsFor');
  const directors = directorsOf(topology, edge);
  if (directors.length === 0) return [];
  return inOrderFor(address, directors)
    .slice(0, maxDirectors)
    .map(({ fqdn }) => fqdn);
}

/**
 * Whether an edge hands the requests of outsiders to directors, so that a front end gets none of it past them.
 *
 * @param topology - the one in force
 * @param edge - FQDN of the edge inside
 * @returns false where it may send requests to none
 */
export function hasDirectors(topology: Topology, edge: string): boolean {
  checkTopology(topology, 'hasDirectors');
  checks.argument(edge, anyText, 'edge of hasDirectors');
  return directorsOf(topology, edge).length > 0;
}

/** The same for every request while a topology is in force. */
function directorsOf(topology: Topology, edge: string): readonly Server[] {
  const ofEdges = known.get(topology) ?? new Map<string, readonly Server[]>();
  const found = ofEdges.get(edge) ?? findDirectors(topology, edge);
  known.set(topology, ofEdges.set(edge, found));
  return found;
}

function findDirectors(topology: Topology, edge: string): readonly Server[] {
  if (!topology.servers.has(edge)) return [];
  const names = new Set(
    peersOf(topology, edge)
      .filter(
        ({ from, maySend, role, service }) =>
          role === 'director' && service === 'sip' && from === 'internal' && maySend,
      )
      .map(({ fqdn }) => fqdn),
  );
  return [...names].flatMap((name) => topology.servers.get(name) ?? []);
}
