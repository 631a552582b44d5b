import { openTemporaryGruu, type RouteKnowledge } from '@entente/sip-proxy';
import { routeName, type Topology } from '@entente/topology';
import type { FrontEndOptions } from './front-end-options.ts';
import { HomeServers } from './home-servers.ts';
import { mediationFor } from './telephone-numbers.ts';

/**
 * What the topology says of routes.
 * @param topology - in force
 * @param options - this server, the accounts, and which servers answer
 */
export function routeKnowledge(
  topology: Topology,
  { accounts, fqdn, gruus, isLiving = () => true }: FrontEndOptions,
): RouteKnowledge {
  const homes = new HomeServers(topology, {
    fqdn,
    isLiving,
    ofAccount: (address) => accounts?.known.of(address)?.home,
  });
  return {
    self: fqdn,
    isOurDomain: (domain) => topology.isOurDomain(domain),
    isOurServer: (host) => topology.servers.has(host) || topology.pools.has(host),
    routeName: (server) => routeName(topology, server),
    userOfGruu: (uri) => openTemporaryGruu(uri, gruus)?.aor,
    homeOf: (address) => homes.of(address),
    applicationOf: (address) => homes.applicationOf(address),
    wayTo: (domain) => edgeTo(topology, domain),
    mediationFor: (uri) => mediationFor(uri, accounts, topology, isLiving),
  };
}

/** The edge, or pool of edges, that carries requests to a partner's domain. */
function edgeTo(topology: Topology, domain: string): string | undefined {
  const entry = topology.partnerOf(domain);
  if (entry === undefined || ('kind' in entry && entry.kind === 'blocked')) return undefined;
  for (const server of topology.servers.values())
    if (server.role === 'edge') return routeName(topology, server.fqdn);
  return undefined;
}
