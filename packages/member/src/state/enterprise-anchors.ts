import { enterpriseRoots, revocationPolicy, type Topology } from '@entente/topology';
import { type AnchorSet, enterpriseRevocation } from '@entente/trust';
import { type Certificate, decodeCertificate, decodePemCertificates } from '@entente/x509';
import { joinAgain, MemberFault } from '../files/fault.ts';

/**
 * The enterprise roots as anchors.
 * @param roots - see {@link rootsUnder}
 * @param topology - the one in force, which says how fresh revocation knowledge must be; without one the default of `@entente/trust` applies
 */
export function enterpriseAnchors(roots: readonly Certificate[], topology?: Topology): AnchorSet {
  const revocation = topology === undefined ? enterpriseRevocation : revocationPolicy(topology, 'enterprise');
  return {
    anchors: roots.map((certificate) => ({
      name: `enterprise ${certificate.subject.toString()} ${certificate.serialHex.slice(0, 8)}`,
      certificate,
      revocation,
    })),
  };
}

/**
 * The enterprise roots while a topology is in force: exactly those that it lists, or those that this member joined with where it lists
 * none.
 * @param topology - verified
 * @param joined - those that this member joined with
 * @param known - decoded before; one of these is given again where it is the same certificate
 */
export function rootsUnder(
  topology: Topology,
  joined: readonly Certificate[],
  known: readonly Certificate[] = joined,
): readonly Certificate[] {
  const listed = enterpriseRoots(topology);
  if (listed === undefined) return joined;
  return listed.flatMap(({ certificate: der }) => {
    const same = known.find((one) => Buffer.compare(one.der, der) === 0);
    if (same !== undefined) return [same];
    const decoded = decodeCertificate(der);
    return decoded.ok ? [decoded.value] : [];
  });
}

/**
 * Reads the roots that this member has written.
 * @param pem - content of the file
 * @param place - path of the file, for the fault
 * @throws MemberFault `ENTENTE_MEMBER_DAMAGED`
 */
export function readRoots(pem: string, place: string): readonly Certificate[] {
  const decoded = decodePemCertificates(pem);
  if (decoded.ok && decoded.value.length > 0) return decoded.value;
  throw new MemberFault('ENTENTE_MEMBER_DAMAGED', {
    sentence: decoded.ok
      ? 'the file holds no root certificate'
      : `the roots cannot be read: ${decoded.error.message}`,
    place,
    remedy: joinAgain,
  });
}
