import {
  certificateNames,
  enterpriseRoots,
  type InterfaceCertificate,
  outsideObjectUrls,
  type Topology,
} from '@entente/topology';
import { isSignedBy } from '@entente/trust';
import {
  type Certificate,
  certificateNamesOf,
  decodeCertificate,
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
  const wanted = wantedFrom(topology, fqdn, side);
  if (wanted === undefined) return true;
  const [leaf] = decoded.ok ? decoded.value : [];
  if (!decoded.ok || leaf === undefined) return false;
  if (!sameCertificateNames(certificateNamesOf(leaf), wanted)) return false;
  if (side === 'internal') return true;
  const urls = outsideObjectUrls(topology);
  return (
    urls.length === 0 || decoded.value.every((certificate) => sameMembers(listOrigins(certificate), urls))
  );
}

/**
 * Whether the chain of one of our interfaces leads to a root that stays: one that the topology lists, and not as tainted. If not, a new
 * certificate is needed before that root is retired.
 * @param chainPem - leaf and intermediates
 * @param topology - the one in force; where it lists no roots, those of joining stay
 * @param fqdn - our own
 * @param side - which interface
 */
export function leadsToStayingRoot(chainPem: string, topology: Topology, fqdn: string, side: Side): boolean {
  const roots = enterpriseRoots(topology);
  if (roots === undefined || wantedFrom(topology, fqdn, side) === undefined) return true;
  const decoded = decodePemCertificates(chainPem);
  const [leaf, ...intermediates] = decoded.ok ? decoded.value : [];
  if (leaf === undefined) return false;
  const staying = roots.flatMap(({ certificate, stage }) => {
    const root = stage === 'tainted' ? undefined : decodeCertificate(certificate);
    return root?.ok === true ? [root.value] : [];
  });
  const seen = new Set<Certificate>();
  const leads = (from: Certificate): boolean => {
    seen.add(from);
    if (staying.some((root) => issued(root, from))) return true;
    return intermediates.some((next) => !seen.has(next) && issued(next, from) && leads(next));
  };
  return leads(leaf);
}

function issued(issuer: Certificate, certificate: Certificate): boolean {
  return issuer.subject.canonical === certificate.issuer.canonical && isSignedBy(certificate, issuer);
}

/** @returns undefined without such an interface, or with a certificate of a public CA: there is nothing to request */
function wantedFrom(topology: Topology, fqdn: string, side: Side): InterfaceCertificate | undefined {
  if (!topology.servers.has(fqdn)) return undefined;
  return certificateNames(topology, fqdn).find(
    (names) => names.interface === side && names.issuer === 'enterprise',
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
