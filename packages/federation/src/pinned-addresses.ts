import { checkTopology, type Topology } from '@entente/topology';

/**
 * Addresses that the signed topology pins for hosts of partners, so that neither dialling them nor fetching their
 * revocation lists needs DNS.
 * @param topology - the one in force
 * @returns address by host name, lower case
 */
export function pinnedAddresses(topology: Topology): ReadonlyMap<string, string> {
  checkTopology(topology, 'pinnedAddresses');
  const { document } = topology;
  const pinned = new Map<string, string>();
  for (const entry of [...(document.partners ?? []), ...(document.providers ?? [])]) {
    if ('fqdn' in entry && entry.address !== undefined) pinned.set(entry.fqdn.toLowerCase(), entry.address);
  }
  return pinned;
}
