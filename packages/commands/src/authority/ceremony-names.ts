import { OperatorFault } from '@entente/host';
import type { Topology } from '@entente/topology';
import { shellWord } from '@entente/trust';

/** What the command line names for an authority. */
interface CeremonyNames {
  readonly domain: string;
  readonly fqdn: string;
  /** Path of the topology. */
  readonly topology: string;
}

/**
 * Refuses names that the topology does not have: the authority would be created, and then accept no topology, or be found by no server.
 * @param topology - that the ceremony is held for
 * @param names - from the command line
 * @throws OperatorFault `ENTENTE_USAGE` for another network, or a server that is not an authority of this one
 */
export function refuseOtherNames({ document, servers }: Topology, names: CeremonyNames): void {
  const { domain, fqdn, topology } = names;
  if (domain !== document.network) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected the network of ${topology}, ${document.network}, found ${domain}`,
      place: '--domain',
      remedy: `give --domain ${document.network}, or the topology of ${domain} with --topology`,
    });
  }
  if (servers.get(fqdn)?.role === 'authority') return;
  const authorities = document.servers.filter(({ role }) => role === 'authority').map((one) => one.fqdn);
  const added = `add it first, with entente topology add server ${shellWord(fqdn)} --role authority --file ${shellWord(topology)}`;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected an authority of ${topology} (${authorities.join(', ') || 'it has none'}), found ${fqdn}`,
    place: '--fqdn',
    remedy: authorities.length === 0 ? added : `give its name, or ${added}`,
  });
}
