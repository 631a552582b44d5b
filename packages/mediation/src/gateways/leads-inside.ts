import { parseNameAddr, type Uri } from '@entente/sip';
import type { Topology } from '@entente/topology';

/**
 * Whether an entry of a route is a server or domain of ours, to which a gateway would send the request back.
 * @param uri - of the entry
 * @param topology - in force
 */
export function leadsInside(uri: Uri, topology: Topology): boolean {
  if (uri.kind !== 'sip') return false;
  const { host } = uri;
  const role = topology.servers.get(host)?.role ?? topology.pools.get(host)?.role;
  return topology.isOurDomain(host) || (role !== undefined && role !== 'gateway');
}

/**
 * What a gateway has recorded of a route, without what would lead back to us and what cannot be read: along these nobody could end the call.
 * @param values - of Record-Route, those of the gateway alone
 * @param topology - in force
 * @returns those that stay, in order
 */
export function routesOfGateway(values: readonly string[], topology: Topology): readonly string[] {
  return values.filter((value) => {
    const parsed = parseNameAddr(value);
    return parsed.ok && !leadsInside(parsed.value.uri, topology);
  });
}
