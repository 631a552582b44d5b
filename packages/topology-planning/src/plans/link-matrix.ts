import {
  allowMatrix,
  checkTopology,
  type Direction,
  type Party,
  type Protection,
  type Row,
  type RowSide,
  type Server,
  type Topology,
} from '@entente/topology';

/** One row of the allow matrix as this topology uses it. */
export interface LinkMatrixRow {
  /** Its number in the allow matrix, 1 to 20. */
  readonly row: number;
  /** Of its links, as the allow matrix says. */
  readonly protection: Protection;
  /** What this topology has at side A. */
  readonly a: LinkMatrixSide;
  /** What this topology has at side B. */
  readonly b: LinkMatrixSide;
  /** As the allow matrix says. */
  readonly mayOpen: Direction;
  /** Which side may send requests, as the allow matrix says. */
  readonly maySend: Direction;
  /** Whether both sides exist and the row is not closed for all servers. */
  readonly inUse: boolean;
  /** How the topology narrows it, as sentences. */
  readonly narrowed: readonly string[];
}

/** What is on one side. */
export interface LinkMatrixSide {
  /** As the allow matrix has them, whether or not this topology has any. */
  readonly parties: readonly Party[];
  /** FQDNs; empty for parties that are not servers. */
  readonly servers: readonly string[];
}

/**
 * The allow matrix as this topology uses it, all 20 rows.
 * @param topology - built from a checked document
 */
export function linkMatrix(topology: Topology): readonly LinkMatrixRow[] {
  checkTopology(topology, 'linkMatrix');
  const servers = [...topology.servers.values()];
  return allowMatrix.map((row) => {
    const a = sideOf(row.a, servers);
    const b = sideOf(row.b, servers);
    const closed = (topology.narrowings.get(row.row) ?? []).some(
      (narrowing) => narrowing.closed && narrowing.a === undefined && narrowing.b === undefined,
    );
    return {
      row: row.row,
      protection: row.protection,
      a,
      b,
      mayOpen: row.mayOpen,
      maySend: row.maySend,
      inUse: !closed && isThere(topology, row.a, a) && isThere(topology, row.b, b) && hasPair(row, a, b),
      narrowed: narrowedBy(topology, row, servers),
    };
  });
}

function sideOf(side: RowSide, servers: readonly Server[]): LinkMatrixSide {
  const standing = servers.filter(
    (server) =>
      side.parties.includes(server.role) &&
      (side.interface === undefined || server.interfaces[side.interface] !== undefined),
  );
  return { parties: side.parties, servers: standing.map((server) => server.fqdn) };
}

function isThere(topology: Topology, side: RowSide, found: LinkMatrixSide): boolean {
  if (found.servers.length > 0) return true;
  if (side.parties.includes('store')) return topology.stores.size > 0;
  if (side.parties.includes('partner') && side.parties.length === 1) return hasPartners(topology);
  return side.parties.some((party) => party.endsWith('client') || party === 'administrator');
}

function hasPartners({ document, policies }: Topology): boolean {
  const allowed = (document.partners ?? []).some((partner) => partner.kind !== 'blocked');
  return allowed || (document.providers ?? []).length > 0 || policies.federation.discovery;
}

function hasPair(row: Row, a: LinkMatrixSide, b: LinkMatrixSide): boolean {
  return row.condition === undefined || new Set([...a.servers, ...b.servers]).size > 1;
}

function narrowedBy(topology: Topology, row: Row, servers: readonly Server[]): readonly string[] {
  const sentences = (topology.document.links ?? [])
    .filter((narrowing) => narrowing.row === row.row)
    .map((narrowing) => {
      const what = [
        narrowing.closed && 'closed',
        narrowing.mayOpen && `only ${narrowing.mayOpen.toUpperCase()} opens`,
        narrowing.maySend && `only ${narrowing.maySend.toUpperCase()} sends requests`,
      ].filter((part) => typeof part === 'string');
      const between = narrowing.a ?? narrowing.b;
      const who = `${narrowing.a?.join(', ') ?? 'all of A'} – ${narrowing.b?.join(', ') ?? 'all of B'}`;
      return `${what.join(', ')}${between === undefined ? '' : `: ${who}`}`;
    });
  for (const server of servers) {
    if (!server.flags.outboundOnly || row.protection !== 'MTLS') continue;
    if (row.b.parties.includes(server.role)) sentences.push(`only A opens: ${server.fqdn} is outbound-only`);
    else if (row.a.parties.includes(server.role))
      sentences.push(`only B opens: ${server.fqdn} is outbound-only`);
  }
  return sentences;
}
