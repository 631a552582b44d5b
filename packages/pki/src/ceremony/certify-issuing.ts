import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  createName,
  encodeCertificate,
  encodeTbsCertificate,
  keyUsageExtension,
  type Name,
  oids,
  type SubjectPublicKeyInfo,
  subjectKeyIdExtension,
} from '@entente/x509';
import { checkOptions } from '../ground/check-options.ts';
import type { Issuer } from '../ground/issuer.ts';
import { nameLimitsOf } from '../ground/name-limits.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';
import { issuingAuthorityLifetimeMs, validityFrom } from '../ground/validity.ts';
import { keyIdentifier } from '../issuing/leaf-template.ts';

/** Options of {@link certifyIssuing}. */
export interface CertifyIssuingOptions {
  /** The root with its key. */
  readonly root: Issuer;
  /** Name of the issuing authority, see {@link issuingName}. */
  readonly subject: Name;
  /** Key of the issuing authority. The caller has verified that its request is signed with it. */
  readonly publicKey: SubjectPublicKeyInfo;
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Base of the plain HTTP address of the root's list and certificate. */
  readonly objectsUrl: string;
}

/**
 * The name of an issuing authority.
 * @param domain - the organisation's network, e.g. `contoso.example`
 * @param number - 1 for the one of the ceremony, then 2, 3…
 */
export function issuingName(domain: string, number: number): Name {
  return createName([
    { oid: oids.organizationName, value: domain },
    { oid: oids.commonName, value: `${domain} Issuing CA ${number}` },
  ]);
}

/**
 * Certifies an issuing authority as the ceremony does: it may sign leaves and CRLs, but certify no other authority (path length 0), and
 * does not outlive the root. It has the name constraints of the root, which some verifiers do not read in an anchor. Nothing but name and key comes from the request.
 * @param options - root, name, key, serial number, time, and where the root publishes
 * @returns the certificate, DER
 * @see RFC 5280 §4.2.1.9, §4.2.1.13, §4.2.2.1
 */
export async function certifyIssuing(options: CertifyIssuingOptions): Promise<Uint8Array> {
  checkOptions(
    options,
    ['root', 'subject', 'publicKey', 'serialNumber', 'now', 'objectsUrl'],
    [],
    'certifyIssuing',
  );
  const { now, objectsUrl, publicKey, root, serialNumber, subject } = options;
  const algorithm = signatureAlgorithm(root.signer.scheme);
  const { notAfter, notBefore } = validityFrom(now, issuingAuthorityLifetimeMs);
  const toBeSigned = encodeTbsCertificate({
    serialNumber,
    signatureAlgorithm: algorithm,
    issuer: root.certificate.subject,
    subject,
    notBefore: Math.max(notBefore.getTime(), root.certificate.notBefore),
    notAfter: Math.min(notAfter.getTime(), root.certificate.notAfter),
    publicKey,
    extensions: [
      basicConstraintsExtension({ cA: true, pathLength: 0 }),
      keyUsageExtension({ keyCertSign: true, cRLSign: true }),
      subjectKeyIdExtension(keyIdentifier(publicKey.bits)),
      authorityKeyIdExtension({ keyId: root.certificate.subjectKeyId }),
      listsAt([objectsUrl], root.id, 0),
      issuerAt([objectsUrl], root.id),
      ...nameLimitsOf(root.certificate),
    ],
  });
  return encodeCertificate(toBeSigned, algorithm, await root.signer.sign(toBeSigned));
}
