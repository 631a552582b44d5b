import { type DiscoveredDomain, type DiscoveryDocument, discoveryFormat } from '@entente/accounts/web';
import { links, mayRequest, type Server, type Topology } from '@entente/topology';

/**
 * Where users connect, by the topology in force. Outside it names edges alone, by their outer names: nothing of the inside leaves.
 * @param topology - in force
 * @param where - of the caller
 */
export function discoveryOf(topology: Topology, where: DiscoveryDocument['where']): DiscoveryDocument {
  const domains = [...topology.domains.keys()].map((domain) =>
    where === 'inside' ? inside(topology, domain) : outside(topology, domain),
  );
  return { format: discoveryFormat, where, domains };
}

function inside(topology: Topology, domain: string): DiscoveredDomain {
  const servers = membersFor(topology, domain).flatMap(({ interfaces: { internal } }) =>
    internal?.ports.sip === undefined
      ? []
      : [{ host: internal.fqdn, port: internal.ports.sip, transport: 'tls' as const }],
  );
  return { domain, srv: `_sipinternaltls._tcp.${domain}`, servers };
}

/** The pool of the domain; every front end where it has none. */
function membersFor(topology: Topology, domain: string): readonly Server[] {
  const pool = topology.domains.get(domain)?.pool;
  const members = pool === undefined ? undefined : topology.pools.get(pool)?.members;
  return members ?? [...topology.servers.values()].filter(({ role }) => role === 'front-end');
}

function outside(topology: Topology, domain: string): DiscoveredDomain {
  const servers = [...topology.servers.values()].flatMap((server) => {
    const side = server.interfaces.external;
    if (server.role !== 'edge' || side?.ports.clients === undefined) return [];
    if (!servesDomain(server, domain) || !takesClients(topology, server)) return [];
    return [{ host: side.fqdn, port: side.ports.clients, transport: 'tls' as const }];
  });
  return { domain, srv: `_sip._tls.${domain}`, servers };
}

function servesDomain({ pool }: Server, domain: string): boolean {
  return pool === undefined || pool.domains.length === 0 || pool.domains.includes(domain);
}

function takesClients(topology: Topology, { fqdn }: Server): boolean {
  const edge = { fqdn, interface: 'external' } as const;
  return mayRequest(topology, { party: 'external-client' }, edge, links.clientToEdge.row).ok;
}
