import {
  checkTopology,
  dialTargets,
  links,
  mayRequest,
  peersOf,
  type Row,
  type Server,
  type ServerInterface,
  type Topology,
  type Zone,
} from '@entente/topology';

/** Where a connection comes from or goes to. */
export type Segment = Zone | 'outside';

/** One opening in a firewall. Everything else between the segments stays closed. */
export interface FirewallOpening {
  /** Where the connection is opened. */
  readonly from: Segment;
  /** Where the host is that is dialled. */
  readonly to: Segment;
  /** FQDNs of the servers that dial; `any` from outside. */
  readonly sources: readonly string[];
  /** FQDN of the server that is dialled; `any` outside; `resolver` for DNS. */
  readonly destination: string;
  /** As the topology pins it. */
  readonly address?: string;
  /** TCP, 1 to 65535. */
  readonly port: number;
  /** The same port over UDP too, as DNS needs it. */
  readonly udp?: true;
  /** Row of the allow matrix; none where it is plain web access through the reverse proxy, or DNS. */
  readonly row?: number;
  /** For people: who connects to what, and how it is protected, e.g. `external clients to edge, TLS`. */
  readonly purpose: string;
}

/** The default port of partners that have no pinned one. */
const federationPort = 5061;
/** That of URLs with `http`, where lists and CA certificates are. */
const httpPort = 80;
const dnsPort = 53;

/**
 * The openings of the two firewalls: between outside and perimeter, and between perimeter and inside. They follow from the allow
 * matrix as the topology has narrowed it, and are those that a server dials, to a port at which another one listens: no server asks for a
 * certificate by ACME, so that nobody listens for its validation, and no server of the perimeter uses a store.
 *
 * @param topology - built from a checked document
 * @returns ordered by segments, destination and port
 */
export function firewallPlan(topology: Topology): readonly FirewallOpening[] {
  checkTopology(topology, 'firewallPlan');
  const openings = new Map<string, FirewallOpening & { readonly sources: string[] }>();
  const add = (opening: Omit<FirewallOpening, 'sources'>, source: string) => {
    const key = `${opening.from} ${opening.to} ${opening.destination} ${opening.port} ${opening.row}`;
    const known = openings.get(key);
    if (known === undefined) openings.set(key, { ...opening, sources: [source] });
    else if (!known.sources.includes(source)) known.sources.push(source);
  };
  const inZone = (zone: Zone) => [...topology.servers.values()].filter((server) => server.zone === zone);
  const across = { perimeter: inZone('internal'), internal: inZone('perimeter') };
  for (const server of topology.servers.values()) {
    addInside(topology, server, across[server.zone], add);
    addOutside(topology, server, add);
  }
  return [...openings.values()].sort(
    (one, other) =>
      order(one) - order(other) ||
      one.destination.localeCompare(other.destination, 'en') ||
      one.port - other.port ||
      (one.row ?? 0) - (other.row ?? 0),
  );
}

type Add = (opening: Omit<FirewallOpening, 'sources'>, source: string) => void;

function addInside(topology: Topology, server: Server, others: readonly Server[], add: Add): void {
  for (const target of dialTargets(topology, server, others)) {
    const to = topology.servers.get(target.fqdn)?.zone;
    if (to === undefined || to === server.zone || target.row === links.authorityToMember.row) continue;
    add(
      {
        from: server.zone,
        to,
        destination: target.fqdn,
        ...(target.address !== undefined && { address: target.address }),
        port: target.port,
        row: target.row,
        purpose: `${server.role} to ${target.role}, ${target.protection}`,
      },
      server.fqdn,
    );
  }
}

function addOutside(topology: Topology, server: Server, add: Add): void {
  const side = server.interfaces.external;
  if (side === undefined) return;
  const into = (port: number | undefined, link: Row | undefined, purpose: string) => {
    if (port === undefined) return;
    add(
      {
        from: 'outside',
        to: server.zone,
        destination: side.fqdn,
        ...(side.address !== undefined && { address: side.address }),
        port,
        ...(link !== undefined && { row: link.row }),
        purpose,
      },
      'any',
    );
  };
  if (server.role === 'reverse-proxy') {
    into(side.ports.web, undefined, 'web clients to reverse proxy, HTTPS');
    return;
  }
  const here = { fqdn: server.fqdn, interface: 'external' } as const;
  const open = (party: 'external-client' | 'partner', { row }: Row) =>
    mayRequest(topology, { party }, here, row).ok || mayRequest(topology, here, { party }, row).ok;
  if (open('external-client', links.clientToEdge))
    into(side.ports.clients, links.clientToEdge, 'external clients to edge, TLS');
  if (open('partner', links.federation)) {
    into(side.ports.federation, links.federation, 'partners to edge, MTLS');
    addPartners(topology, server, side, add);
  }
  addResolver(topology, server, add);
  if (open('partner', links.outsiderToEdge)) {
    into(side.ports.objects, links.outsiderToEdge, 'any host to edge, HTTP: CRL, OCSP and CA certificates');
    into(side.ports.bundle, links.outsiderToEdge, 'partners to edge, HTTPS: federation bundle');
  }
}

function addPartners(topology: Topology, server: Server, side: ServerInterface, add: Add): void {
  const { document, policies } = topology;
  const pinned = [
    ...(document.partners ?? []).filter((partner) => partner.kind === 'allowed-server'),
    ...(document.providers ?? []),
  ];
  const outward = {
    from: server.zone,
    to: 'outside',
    row: links.federation.row,
    purpose: 'edge to partners, MTLS',
  } as const;
  for (const partner of pinned) {
    add(
      {
        ...outward,
        destination: partner.fqdn,
        ...(partner.address !== undefined && { address: partner.address }),
        port: partner.port ?? federationPort,
      },
      side.fqdn,
    );
  }
  const bySrv =
    policies.federation.discovery ||
    (document.partners ?? []).some((partner) => partner.kind === 'allowed-domain');
  if (bySrv) add({ ...outward, destination: 'any', port: federationPort }, side.fqdn);
  if (pinned.length === 0 && !bySrv) return;
  // What a partner shows has been revoked or not by lists of its CA, at hosts that its certificates name (row 19, seen from outside).
  const lists = {
    ...outward,
    row: links.outsiderToEdge.row,
    purpose: 'edge to revocation lists and CA certificates of partners, HTTP',
  };
  add({ ...lists, destination: 'any', port: httpPort }, side.fqdn);
}

/** An edge asks DNS for its partners, for the hosts that have their lists, and for servers of ours whose address the topology does not give. */
function addResolver(topology: Topology, server: Server, add: Add): void {
  const hasPartners =
    topology.policies.federation.discovery ||
    (topology.document.providers ?? []).length > 0 ||
    (topology.document.partners ?? []).some(({ kind }) => kind !== 'blocked');
  const isMissing = peersOf(topology, server.fqdn).some(
    ({ address, role }) => role !== 'store' && address === undefined,
  );
  if (!hasPartners && !isMissing) return;
  add(
    {
      from: server.zone,
      to: 'outside',
      destination: 'resolver',
      port: dnsPort,
      udp: true,
      purpose: 'edge to DNS; where the resolver is inside, open it there instead',
    },
    server.fqdn,
  );
}

function order({ from, to }: FirewallOpening): number {
  const segments: readonly Segment[] = ['outside', 'perimeter', 'internal'];
  return segments.indexOf(from) * 3 + segments.indexOf(to);
}
