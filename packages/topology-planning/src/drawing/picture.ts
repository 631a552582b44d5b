import {
  type Direction,
  links,
  type Protection,
  type Role,
  type Server,
  type Topology,
  type Zone,
} from '@entente/topology';
import { type LinkMatrixRow, linkMatrix } from '../plans/link-matrix.ts';

/** What a picture shows as one box. */
export type PictureNodeId =
  | Role
  | 'external-client'
  | 'internal-client'
  | 'partner'
  | 'administrator'
  | 'store';

/** One box: all servers of a role, or a party that is not a server. */
export interface PictureNode {
  readonly id: PictureNodeId;
  readonly title: string;
  readonly zone: Zone | 'outside';
  /** Pools and servers, shortened where there are many. */
  readonly lines: readonly string[];
}

/** One line between two boxes, or from a box to itself. */
export interface PictureLink {
  readonly row: number;
  readonly a: PictureNodeId;
  readonly b: PictureNodeId;
  readonly protection: Protection;
  readonly mayOpen: Direction;
  readonly narrowed: boolean;
}

/** What every picture of a topology shows, in any format. */
export interface Picture {
  readonly network: string;
  readonly version: number;
  readonly nodes: readonly PictureNode[];
  readonly links: readonly PictureLink[];
}

/** Lines in a box before "and n more". */
const maxLines = 6;

const titles: Readonly<Record<PictureNodeId, string>> = {
  'front-end': 'Front ends',
  director: 'Directors',
  edge: 'Edges',
  mediation: 'Mediation',
  gateway: 'PSTN gateways',
  'trusted-application': 'Trusted applications',
  'web-services': 'Web services',
  'reverse-proxy': 'Reverse proxies',
  authority: 'Authority',
  'external-client': 'External clients',
  'internal-client': 'Internal clients',
  partner: 'Federated partners',
  administrator: 'Administrators',
  store: 'Stores',
};

/**
 * Collects what a picture shows: boxes by role in their zones, and the rows of the allow matrix that are in use between them.
 * Links that every server has are not drawn one by one.
 *
 * @param topology - built from a checked document
 */
export function picture(topology: Topology): Picture {
  const rows = linkMatrix(topology).filter((row) => row.inUse);
  const drawn = rows.flatMap(linksOf);
  const ids = new Set<PictureNodeId>([...topology.servers.values()].map((server) => server.role));
  if (topology.stores.size > 0) ids.add('store');
  for (const link of drawn) {
    ids.add(link.a);
    ids.add(link.b);
  }
  const nodes = [...ids].map((id) => ({
    id,
    title: titles[id],
    zone: zoneOf(topology, id),
    lines: linesOf(topology, id),
  }));
  return { network: topology.document.network, version: topology.document.version, nodes, links: drawn };
}

/** Links that nearly every server has: they would hide the others. */
const notDrawn = new Set(
  [links.memberToAuthority, links.serverToStore, links.authorityToMember].map(({ row }) => row),
);

function linksOf(row: LinkMatrixRow): readonly PictureLink[] {
  const { protection, mayOpen } = row;
  const narrowed = row.narrowed.length > 0;
  if (notDrawn.has(row.row)) return [];
  return row.a.parties.flatMap((a) =>
    row.b.parties
      // Partners and clients use this link alike; one line shows it.
      .filter(() => row.row !== links.outsiderToEdge.row || a === 'external-client')
      .map((b) => ({ row: row.row, a, b, protection, mayOpen, narrowed })),
  );
}

function zoneOf(topology: Topology, id: PictureNodeId): Zone | 'outside' {
  if (id === 'external-client' || id === 'partner') return 'outside';
  for (const server of topology.servers.values()) {
    if (server.role === id) return server.zone;
  }
  return 'internal';
}

function linesOf(topology: Topology, id: PictureNodeId): readonly string[] {
  switch (id) {
    case 'external-client':
    case 'internal-client':
      return [...topology.domains.keys()].slice(0, 3);
    case 'administrator': {
      const { required, keys } = topology.document.administrators;
      return [`${required} of ${keys.length} sign`];
    }
    case 'partner':
      return shortened(partnerLines(topology));
    case 'store':
      return shortened([...topology.stores.values()].map((store) => `${store.fqdn} (${store.kind})`));
    default:
      return shortened(serverLines([...topology.servers.values()].filter((server) => server.role === id)));
  }
}

function partnerLines({ document, policies }: Topology): readonly string[] {
  const lines = [...(document.partners ?? []), ...(document.providers ?? [])]
    .filter((entry) => !('kind' in entry) || entry.kind !== 'blocked')
    .flatMap((entry) => entry.domains);
  return policies.federation.discovery ? [...lines, 'and discovered domains'] : lines;
}

/** A pool with its members and their outer names where there is room, else the pool with the number of its members. */
function serverLines(servers: readonly Server[]): readonly string[] {
  const pools = new Map<string, Server[]>();
  const alone: Server[] = [];
  for (const server of servers) {
    const members = server.pool === undefined ? alone : pools.get(server.pool.fqdn);
    if (members !== undefined) members.push(server);
    else if (server.pool !== undefined) pools.set(server.pool.fqdn, [server]);
  }
  const outside = servers.filter((server) => server.interfaces.external !== undefined).length;
  const roomy = servers.length + pools.size + outside <= maxLines;
  const linesFor = (server: Server, indent: string): readonly string[] => {
    const outer = server.interfaces.external?.fqdn;
    const own = `${indent}${labelOf(server)}`;
    return outer === undefined || !roomy ? [own] : [own, `· outside: ${outer}`];
  };
  const lines = alone.flatMap((server) => linesFor(server, ''));
  for (const [name, members] of pools) {
    if (servers.length + pools.size > maxLines) lines.push(`${name} (${members.length})`);
    else lines.push(name, ...members.flatMap((member) => linesFor(member, '· ')));
  }
  return lines;
}

function labelOf(server: Server): string {
  return server.flags.outboundOnly ? `${server.fqdn} (outbound only)` : server.fqdn;
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `and ${lines.length - maxLines + 1} more`];
}
