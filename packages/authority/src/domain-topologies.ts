import { OperatorFault } from '@entente/host';
import type { AuthoritySettings } from './settings.ts';
import { openTopologyStore, type TopologyStore } from './topology-store.ts';

/**
 * Opens the topologies of the domain that the configuration names. An authority under another name, or of another domain, would issue itself a
 * certificate that no member accepts, and say nothing of it.
 * @param versions - keeps them
 * @param settings - names of the authority, and who may publish the first version
 * @param onOutdated - as for `openTopologyStore`
 * @throws OperatorFault `ENTENTE_OTHER_AUTHORITY` where the version in force is of another domain, or lists other authorities and not this one;
 *   PkiFault of `openTopologyStore`
 */
export async function openDomainTopologies(
  versions: Parameters<typeof openTopologyStore>[0],
  { administratorsHash, domain, fqdn }: Pick<AuthoritySettings, 'administratorsHash' | 'domain' | 'fqdn'>,
  onOutdated?: Parameters<typeof openTopologyStore>[2],
): Promise<TopologyStore> {
  const store = await openTopologyStore(versions, administratorsHash, onOutdated);
  const document = store.current?.topology.document;
  if (document === undefined) return store;
  const { network, servers, version } = document;
  if (network !== domain) throw otherAuthority('domain', domain, network, version);
  const names = servers.filter(({ role }) => role === 'authority').map((server) => server.fqdn);
  // A topology without an authority is one that a successor of it lists again.
  if (names.length > 0 && !names.includes(fqdn))
    throw otherAuthority('fqdn', fqdn, names.join(', '), version);
  return store;
}

function otherAuthority(
  field: 'domain' | 'fqdn',
  given: string,
  listed: string,
  version: number,
): OperatorFault {
  return new OperatorFault('ENTENTE_OTHER_AUTHORITY', {
    sentence: `the configuration has ${given} as "${field}", and version ${version} of the topology, which is in force here, has ${listed}`,
    place: 'the topology',
    remedy: `correct "${field}", or "directory" where this is the folder of another authority`,
  });
}
