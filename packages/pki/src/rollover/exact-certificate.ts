import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type Certificate,
  type Extension,
  keyUsageExtension,
  oids,
  subjectKeyIdExtension,
} from '@entente/x509';
import { issuerId, publicationPaths } from '../ground/issuer-id.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { keyIdentifier } from '../issuing/leaf-template.ts';

const minSerialBytes = 8;
const modernSignatures: readonly string[] = [
  oids.ecdsaWithSHA256,
  oids.ecdsaWithSHA384,
  oids.ecdsaWithSHA512,
  oids.sha256WithRSAEncryption,
  '1.3.101.112',
];

/**
 * What is wrong with the form of a certificate of an authority: version, serial number, algorithm.
 * @returns a sentence, or undefined
 */
export function formProblem({
  serialNumber,
  signatureAlgorithm,
  version,
}: Pick<Certificate, 'serialNumber' | 'signatureAlgorithm' | 'version'>): string | undefined {
  if (!modernSignatures.includes(signatureAlgorithm.oid)) {
    return `the certificate is signed with ${signatureAlgorithm.oid}, which is not allowed`;
  }
  return version !== 3 || serialNumber.length < minSerialBytes
    ? `expected version 3 and a serial number of ${minSerialBytes} octets at least`
    : undefined;
}

/**
 * The rights of a certificate of an authority below a root: it may sign certificates and lists, down to a path length.
 * @param pathLength - authorities that may follow below it
 */
export function rightsBelow(
  root: Certificate,
  { publicKey }: Pick<Certificate, 'publicKey'>,
  pathLength: number,
): readonly Extension[] {
  return [...rightsOf({ publicKey }, pathLength), authorityKeyIdExtension({ keyId: root.subjectKeyId })];
}

/**
 * The rights of an authority, without whom it is certified by.
 * @param pathLength - authorities that may follow below it
 */
export function rightsOf(
  { publicKey }: Pick<Certificate, 'publicKey'>,
  pathLength: number,
): readonly Extension[] {
  return [
    basicConstraintsExtension({ cA: true, pathLength }),
    keyUsageExtension({ keyCertSign: true, cRLSign: true }),
    subjectKeyIdExtension(keyIdentifier(publicKey.bits)),
  ];
}

/** Where a certificate that a root has signed names its list and certificate. */
export function addressesOfRoot(root: Certificate, objectsUrls: readonly string[]): readonly Extension[] {
  const id = issuerId(root.publicKey.der);
  return [listsAt(objectsUrls, id, 0), issuerAt(objectsUrls, id)];
}

/**
 * Exactly these extensions, octet for octet: a right that is not expected is refused, whatever its name is.
 * @returns a sentence, or undefined
 */
export function surplusExtension(
  { extensions }: Certificate,
  expected: readonly Extension[],
): string | undefined {
  const same = (one: Extension, other: Extension): boolean =>
    one.oid === other.oid && one.critical === other.critical && Buffer.from(one.value).equals(other.value);
  const surplus = extensions.find((one) => !expected.some((other) => same(one, other)));
  if (surplus !== undefined) return `the extension ${surplus.oid} has another content than requested`;
  return extensions.length === expected.length ? undefined : 'the certificate lacks an extension';
}

const addresses: readonly string[] = [oids.cRLDistributionPoints, oids.authorityInfoAccess];

/**
 * What a certificate for outsiders must have: what that for members has, with other addresses.
 * @param inside - the certificate for members
 */
export function extensionsOutside(
  inside: Pick<Certificate, 'extensions'>,
  root: Certificate,
  objectsUrls: readonly string[],
): readonly Extension[] {
  return [
    ...inside.extensions.filter(({ oid }) => !addresses.includes(oid)),
    ...addressesOfRoot(root, objectsUrls),
  ];
}

/** Bases of the addresses of the root's list in a certificate; undefined where one is no such address. */
export function listAddressesIn(certificate: Certificate, root: Certificate): readonly string[] | undefined {
  const path = publicationPaths.crl(issuerId(root.publicKey.der), 0);
  const [point, ...more] = certificate.crlDistributionPoints ?? [];
  const names = point?.name?.type === 'full' ? point.name.names : [];
  const urls = names.map((name) => (name.type === 'uri' ? name.value : ''));
  const areOurs = urls.every((url) => url.startsWith('http://') && url.endsWith(path));
  if (more.length > 0 || urls.length === 0 || !areOurs) return undefined;
  return urls.map((url) => url.slice(0, -path.length));
}
