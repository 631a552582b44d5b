import { type Certificate, encodeCertificate, encodeTbsCertificate, oids } from '@entente/x509';
import { checkOptions } from '../ground/check-options.ts';
import type { Issuer } from '../ground/issuer.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';

/** Options of {@link createOutsideAuthority}. */
export interface OutsideAuthorityOptions {
  /** The issuing authority's certificate as members know it. */
  readonly issuing: Certificate;
  /** The root that certified it, with its key. */
  readonly root: Issuer;
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  /** Bases of the plain HTTP addresses at which outsiders find the root's CRL; at least one. */
  readonly objectsUrls: readonly string[];
}

/**
 * Certifies an issuing authority a second time, for outsiders: same name, key, validity and rights, but the addresses of the
 * root's CRL and certificate are those that outsiders can reach, and no internal server is named. Chains that are presented to
 * outsiders contain this certificate.
 * @param options - issuing authority, root, serial number, addresses
 * @returns the certificate, DER
 * @see RFC 5280 §4.2.1.13, §4.2.2.1
 */
export async function createOutsideAuthority(options: OutsideAuthorityOptions): Promise<Uint8Array> {
  checkOptions(options, ['issuing', 'root', 'serialNumber', 'objectsUrls'], [], 'createOutsideAuthority');
  const { issuing, objectsUrls, root, serialNumber } = options;
  const algorithm = signatureAlgorithm(root.signer.scheme);
  const replaced: readonly string[] = [oids.cRLDistributionPoints, oids.authorityInfoAccess];
  const toBeSigned = encodeTbsCertificate({
    serialNumber,
    signatureAlgorithm: algorithm,
    issuer: root.certificate.subject,
    subject: issuing.subject,
    notBefore: issuing.notBefore,
    notAfter: issuing.notAfter,
    publicKey: issuing.publicKey,
    extensions: [
      ...issuing.extensions.filter(({ oid }) => !replaced.includes(oid)),
      listsAt(objectsUrls, root.id, 0),
      issuerAt(objectsUrls, root.id),
    ],
  });
  return encodeCertificate(toBeSigned, algorithm, await root.signer.sign(toBeSigned));
}
