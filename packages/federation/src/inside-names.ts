import { anyText } from '@entente/options';
import { checkTopology, type Topology } from '@entente/topology';
import { checks } from './checks.ts';

/** Octets of the longest name of DNS: of a longer text, what comes before could only make us look for longer. */
const longestName = 255;

const namesByTopology = new WeakMap<Topology, ReadonlySet<string>>();

/**
 * Whether a host is a name of the inside: of a server, pool or store, or of the internal side of an edge. Names that are public are
 * not: our domains, and those of external sides.
 * @param topology - the one in force; its names are collected once
 */
export function isInsideName(topology: Topology, host: string): boolean {
  checks.argument(host, anyText, 'host of isInsideName');
  let names = namesByTopology.get(topology);
  if (names === undefined) {
    checkTopology(topology, 'isInsideName');
    names = collectNames(topology);
    namesByTopology.set(topology, names);
  }
  return names.has(host);
}

/**
 * Whether a host looks like a name of the inside: it is one, or lies below one of our domains and is neither public nor a partner's. Who
 * guesses names is answered alike for those that exist and those that do not.
 * @param topology - the one in force
 */
export function mayBeInsideName(topology: Topology, host: string): boolean {
  if (isInsideName(topology, host)) return true;
  if (topology.isOurDomain(host) || topology.externalNames.has(host)) return false;
  const end = host.slice(-longestName);
  for (let dot = end.indexOf('.'); dot !== -1; dot = end.indexOf('.', dot + 1)) {
    if (topology.isOurDomain(end.slice(dot + 1))) return topology.partnerOf(host) === undefined;
  }
  return false;
}

function collectNames(topology: Topology): ReadonlySet<string> {
  const { domains, externalNames, pools, servers, stores } = topology;
  const names = new Set<string>();
  for (const { fqdn, interfaces } of servers.values()) names.add(fqdn).add(interfaces.internal?.fqdn ?? fqdn);
  for (const name of [...pools.keys(), ...stores.keys()]) names.add(name);
  for (const name of [...domains.keys(), ...externalNames.keys()]) names.delete(name);
  return names;
}
