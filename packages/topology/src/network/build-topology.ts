import { anyText } from '@entente/options';
import { checkIsDocument } from '../document/check-is-document.ts';
import type { PoolEntry, ServerEntry, TopologyDocument } from '../document/document.ts';
import type { Partner, Provider } from '../document/partner.ts';
import { effectivePolicies } from '../document/policies.ts';
import { effectiveTelephony } from '../document/telephony.ts';
import { topologyHash } from '../document/topology-hash.ts';
import { checks, TopologyFault } from '../terms/fault.ts';
import { defaultPorts, type InterfaceName, type Role, zoneOfRole } from '../terms/roles.ts';
import { homeServer, homeServers } from './home-server.ts';
import type { Narrowing, Pool, Server, ServerInterface, Topology } from './topology.ts';

/**
 * Indexes a document in which {@link checkDocument} finds no errors. In one that has errors, a name that is not defined gives
 * `undefined`, never another server.
 *
 * @param document - of the right shape, as {@link checkShape} gave it
 * @throws TopologyFault `ENTENTE_INVALID_TOPOLOGY` where the role of a server or a pool is none, and where it is not a document at all
 */
export function buildTopology(document: TopologyDocument): Topology {
  checkIsDocument(document, 'buildTopology');
  const pools = buildPools(document);
  const servers = buildServers(document, pools);
  const domains = new Map((document.domains ?? []).map((domain) => [domain.name, domain]));
  const partners = buildPartners(document);
  const topology: Topology = {
    document,
    hash: topologyHash(document),
    servers,
    externalNames: buildExternalNames(servers),
    pools,
    stores: new Map((document.stores ?? []).map((store) => [store.fqdn, store])),
    domains,
    narrowings: buildNarrowings(document, servers, pools),
    policies: effectivePolicies(document.policies),
    telephony: effectiveTelephony(document.telephony),
    homeServer: (aor, ofAccount) => homeServer(topology, aor, ofAccount),
    homeServers: (aor, ofAccount) => homeServers(topology, aor, ofAccount),
    isOurDomain: (domain) => {
      checks.argument(domain, anyText, 'domain of isOurDomain');
      return domains.has(domain.toLowerCase());
    },
    partnerOf: (domain) => {
      checks.argument(domain, anyText, 'domain of partnerOf');
      return partners.get(domain.toLowerCase());
    },
  };
  return topology;
}

function checkRole(role: Role, of: string): void {
  if (Object.hasOwn(defaultPorts, role)) return;
  throw new TopologyFault('ENTENTE_INVALID_TOPOLOGY', {
    sentence: `expected a role of a server, found ${JSON.stringify(role)}`,
    place: `role of ${of}`,
    remedy: `give one of: ${Object.keys(defaultPorts).join(', ')}; checkDocument finds all that is wrong with a document`,
  });
}

type GrowingPool = Pool & { readonly members: Server[] };

function buildPools(document: TopologyDocument): Map<string, GrowingPool> {
  const everyDomain = document.domains.map((domain) => domain.name);
  const pools = new Map<string, GrowingPool>();
  for (const entry of document.pools ?? []) {
    if (pools.has(entry.fqdn)) continue;
    checkRole(entry.role, `pool ${entry.fqdn}`);
    pools.set(entry.fqdn, {
      fqdn: entry.fqdn,
      role: entry.role,
      site: entry.site,
      domains: domainsOf(entry, everyDomain),
      members: [],
    });
  }
  return pools;
}

function domainsOf(entry: PoolEntry, everyDomain: readonly string[]): readonly string[] {
  const serves = entry.role === 'front-end' || entry.role === 'edge';
  return serves ? (entry.domains ?? everyDomain) : [];
}

function buildServers(
  document: TopologyDocument,
  pools: ReadonlyMap<string, GrowingPool>,
): Map<string, Server> {
  const servers = new Map<string, Server>();
  for (const entry of document.servers) {
    if (servers.has(entry.fqdn)) continue;
    const pool = entry.pool === undefined ? undefined : pools.get(entry.pool);
    const server = buildServer(entry, pool);
    servers.set(server.fqdn, server);
    pool?.members.push(server);
  }
  return servers;
}

function buildServer(entry: ServerEntry, pool: Pool | undefined): Server {
  const { flags, role } = entry;
  checkRole(role, entry.fqdn);
  const usualPorts = defaultPorts[role];
  const interfaces: Partial<Record<InterfaceName, ServerInterface>> = {};
  for (const name of ['internal', 'external'] as const) {
    const usual = usualPorts[name];
    if (usual === undefined) continue;
    const given = entry.interfaces?.[name];
    // Without an entry there is no external side: no server is exposed to the outside by default.
    if (name === 'external' && given === undefined) continue;
    const ports = { ...usual };
    for (const [service, port] of Object.entries(given?.ports ?? {})) {
      if (port !== undefined && service in usual) ports[service as keyof typeof ports] = port;
    }
    interfaces[name] = {
      name,
      fqdn: given?.fqdn ?? entry.fqdn,
      address: given?.address,
      ports,
      names: (given?.names ?? []).map((name) => (name.startsWith('sip:') ? name.slice(4) : name)),
      certificate: given?.certificate ?? 'enterprise',
    };
  }
  return {
    fqdn: entry.fqdn,
    role,
    zone: entry.zone ?? zoneOfRole[role],
    pool,
    site: entry.site ?? pool?.site,
    interfaces,
    flags: {
      treatAsAuthenticated: flags?.treatAsAuthenticated ?? role === 'trusted-application',
      throttleAsServer: flags?.throttleAsServer ?? false,
      outboundOnly: flags?.outboundOnly ?? false,
      trustedWithIdentities: flags?.trustedWithIdentities ?? false,
      requiresReplication: flags?.requiresReplication ?? false,
      assertsUsers: flags?.assertsUsers ?? false,
    },
    title: entry.title,
  };
}

function buildExternalNames(servers: ReadonlyMap<string, Server>): ReadonlyMap<string, readonly Server[]> {
  const names = new Map<string, Server[]>();
  for (const server of servers.values()) {
    const name = server.interfaces.external?.fqdn;
    if (name === undefined) continue;
    const known = names.get(name);
    if (known === undefined) names.set(name, [server]);
    else known.push(server);
  }
  return names;
}

function buildNarrowings(
  document: TopologyDocument,
  servers: ReadonlyMap<string, Server>,
  pools: ReadonlyMap<string, Pool>,
): ReadonlyMap<number, readonly Narrowing[]> {
  const resolve = (names: readonly string[] | undefined): ReadonlySet<Server> | undefined => {
    if (names === undefined) return undefined;
    const found = new Set<Server>();
    for (const name of names) {
      const server = servers.get(name);
      if (server !== undefined) found.add(server);
      for (const member of pools.get(name)?.members ?? []) found.add(member);
    }
    return found;
  };
  const narrowings = new Map<number, Narrowing[]>();
  for (const entry of document.links ?? []) {
    const list = narrowings.get(entry.row) ?? [];
    list.push({
      closed: entry.closed === true,
      a: resolve(entry.a),
      b: resolve(entry.b),
      mayOpen: entry.mayOpen,
      maySend: entry.maySend,
    });
    narrowings.set(entry.row, list);
  }
  return narrowings;
}

function buildPartners(document: TopologyDocument): ReadonlyMap<string, Partner | Provider> {
  const partners = new Map<string, Partner | Provider>();
  for (const entry of [...(document.partners ?? []), ...(document.providers ?? [])]) {
    const blocked = 'kind' in entry && entry.kind === 'blocked';
    for (const domain of entry.domains) {
      if (blocked || !partners.has(domain)) partners.set(domain, entry);
    }
  }
  return partners;
}
