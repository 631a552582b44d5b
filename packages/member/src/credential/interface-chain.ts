import { certificateNames, outsideObjectUrls, type Topology } from '@entente/topology';
import {
  type Certificate,
  certificateNamesOf,
  decodePemCertificates,
  sameCertificateNames,
} from '@entente/x509';
import type { Side } from './credential-files.ts';

/**
 * Whether the chain of one of our interfaces has what the topology says: its names, and outside where outsiders find the revocation
 * list of each of its certificates. If not, a new certificate is needed.
 * @param chainPem - leaf and intermediates
 * @param topology - the one in force
 * @param fqdn - our own
 * @param side - which interface
 */
export function fitsTopology(chainPem: string, topology: Topology, fqdn: string, side: Side): boolean {
  const decoded = decodePemCertificates(chainPem);
  const wanted = topology.servers.has(fqdn)
    ? certificateNames(topology, fqdn).find((names) => names.interface === side)
    : undefined;
  // Without such an interface, or with a certificate of a public CA, there is nothing to request.
  if (wanted === undefined || wanted.issuer !== 'enterprise') return true;
  const [leaf] = decoded.ok ? decoded.value : [];
  if (!decoded.ok || leaf === undefined) return false;
  if (!sameCertificateNames(certificateNamesOf(leaf), wanted)) return false;
  if (side === 'internal') return true;
  const urls = outsideObjectUrls(topology);
  return (
    urls.length === 0 || decoded.value.every((certificate) => sameMembers(listOrigins(certificate), urls))
  );
}

function listOrigins({ crlDistributionPoints = [] }: Certificate): readonly string[] {
  return crlDistributionPoints.flatMap(({ name }) =>
    name?.type === 'full'
      ? name.names.flatMap((one) =>
          one.type === 'uri' && URL.canParse(one.value) ? [new URL(one.value).origin] : [],
        )
      : [],
  );
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(other);
  return new Set(one).size === members.size && one.every((item) => members.has(item));
}
