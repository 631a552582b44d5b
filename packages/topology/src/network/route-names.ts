import { anyText, object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { Topology } from './topology.ts';

/** Servers that one name in a route stands for: a request goes to no more of them. */
const maxServers = 4;

/** Where others find a server again, for entries in a route that outlive it. */
export interface RouteAddress {
  /** The pool's FQDN, or that of a server without one. */
  readonly host: string;
  /** That of the server. */
  readonly port: number;
  /** FQDN of the server, where `host` is its pool. */
  readonly member?: string;
}

/**
 * The name that a server writes into Record-Route and Path: that of its pool, so that what follows an entry finds another member when
 * this one is dead; its own where it has no pool.
 *
 * @param topology - the one in force
 * @param fqdn - of a server; any other name stays as it is
 */
export function routeName(topology: Topology, fqdn: string): string {
  checkTopology(topology, 'routeName');
  checks.argument(fqdn, anyText, 'server of routeName');
  return topology.servers.get(fqdn)?.pool?.fqdn ?? fqdn;
}

/**
 * What a server writes into Record-Route and Path: the name of {@link routeName}, its own port, and beside a pool's name which member it is.
 *
 * @param topology - the one in force
 * @param fqdn - of the server
 * @param port - on which it listens for those who will follow the entry
 */
export function routeAddress(topology: Topology, fqdn: string, port: number): RouteAddress {
  checkTopology(topology, 'routeAddress');
  checks.argument(fqdn, anyText, 'server of routeAddress');
  const host = routeName(topology, fqdn);
  return host === fqdn ? { host, port } : { host, port, member: fqdn };
}

/**
 * The servers that a name in a route stands for, in the order to try: one server for its own FQDN, members for a pool. The member that wrote
 * the entry comes first; where it does not say, the one that alone listens on the port; then those that follow in the document.
 *
 * @param topology - the one in force
 * @param name - lower case
 * @param first - what the entry says of its writer; it is believed only as the place to begin with
 * @returns at most 4 FQDNs; none for a name that is neither
 */
export function serversBehind(
  topology: Topology,
  name: string,
  first: { readonly member?: string | undefined; readonly port?: number | undefined } = {},
): readonly string[] {
  checkTopology(topology, 'serversBehind');
  checks.argument(name, anyText, 'name of serversBehind');
  checks.argument(first, object, 'first of serversBehind', 'give { member, port }, or leave it out');
  if (topology.servers.has(name)) return [name];
  const members = topology.pools.get(name)?.members ?? [];
  let start = members.findIndex(({ fqdn }) => fqdn === first.member);
  if (start === -1) {
    const listening = members.filter(({ interfaces }) => interfaces.internal?.ports.sip === first.port);
    start = listening.length === 1 ? members.indexOf(listening[0]!) : 0;
  }
  const count = Math.min(members.length, maxServers);
  return Array.from({ length: count }, (_, index) => members[(start + index) % members.length]!.fqdn);
}
