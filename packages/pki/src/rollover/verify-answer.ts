import { isSignedBy } from '@entente/trust';
import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type Certificate,
  type CertificateList,
  decodeCertificate,
  type Extension,
  keyUsageExtension,
  oids,
  subjectKeyIdExtension,
} from '@entente/x509';
import { issuingName } from '../ceremony/certify-issuing.ts';
import { issuerId, publicationPaths, spkiHash } from '../ground/issuer-id.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { keyIdentifier } from '../issuing/leaf-template.ts';
import { rootClockSkewMs } from './examine-request.ts';
import type { RootAnswer } from './root-documents.ts';
import { isListed, readRootList } from './root-list.ts';
import { type Checked, failed, passed } from './root-refusal.ts';

/** What an answer is verified by. */
export interface AnswerKnowledge {
  /** The organisation's network. */
  readonly domain: string;
  /** The root that certified the active issuing authority. */
  readonly root: Certificate;
  /** The root's list in force. */
  readonly list: CertificateList;
  /** Base of the plain HTTP address of the root's list. */
  readonly objectsUrl: string;
  /** The key for which a certificate was requested; absent where none was. */
  readonly pending?: { readonly number: number; readonly publicKey: Uint8Array };
  /** Certificates of the issuing authorities that are recorded. */
  readonly issuers: readonly Certificate[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What may be put in force. */
export interface VerifiedAnswer {
  readonly list: CertificateList;
  /** The next issuing authority; absent where the answer has none, or one that is recorded already. */
  readonly issuing?: { readonly number: number; readonly certificate: Certificate };
  /** Certificates for outsiders. */
  readonly outside: readonly Certificate[];
}

const again = 'sign root-request.json again with entente ca root sign, and bring that answer';

/**
 * Verifies an answer as a relying party would, and more strictly: signatures of our root, a list that continues ours, and an authority
 * with our pending key, its name, and no right that it should not have. An answer that is in force already is accepted again: what it
 * contains may not have been stored completely.
 * @param answer - untrusted
 * @param knowledge - of the authority
 */
export function verifyRootAnswer(answer: RootAnswer, knowledge: AnswerKnowledge): Checked<VerifiedAnswer> {
  const { domain, root } = knowledge;
  if (answer.domain !== domain || answer.root !== spkiHash(root.der)) {
    return failed(
      'root-of-another-domain',
      `expected an answer of the root of ${domain}, found one of the root of ${answer.domain}`,
      'bring the answer to the request of this authority',
    );
  }
  const list = verifyList(answer, knowledge);
  if (!list.ok) return list;
  const issuing = verifyIssuing(answer, knowledge, list.value);
  if (!issuing.ok) return issuing;
  const inside = issuing.value === undefined ? [] : [issuing.value.certificate];
  const outside = verifyOutside(answer, knowledge, [...knowledge.issuers, ...inside]);
  if (!outside.ok) return outside;
  return passed({
    list: list.value,
    ...(issuing.value === undefined ? {} : { issuing: issuing.value }),
    outside: outside.value,
  });
}

function verifyList(answer: RootAnswer, knowledge: AnswerKnowledge): Checked<CertificateList> {
  const { list: current, now, root } = knowledge;
  const read = readRootList(answer.list, root);
  if (!read.ok) return read;
  const list = read.value;
  const { crlNumber = 0n, nextUpdate = 0, thisUpdate } = list;
  const isSame = Buffer.from(list.der).equals(current.der);
  if (!isSame && crlNumber <= (current.crlNumber ?? 0n)) {
    return failed(
      'root-list-not-newer',
      `expected a list with a number above ${current.crlNumber ?? 0n}, found ${crlNumber}`,
      again,
    );
  }
  if (thisUpdate > now + rootClockSkewMs || nextUpdate <= now) {
    return failed(
      'clock-untrusted',
      `the list is valid from ${iso(thisUpdate)} to ${iso(nextUpdate)}, and it is ${iso(now)}`,
      'set the clocks of this machine and of the machine of the root, and sign the request again',
    );
  }
  for (const { serialHex, serialNumber } of current.entries()) {
    if (isListed(list, { serialNumber })) continue;
    return failed(
      'revocation-withdrawn',
      `the certificate ${serialHex} is on the list in force, and not on the new one`,
      again,
    );
  }
  return passed(list);
}

function verifyIssuing(
  { issuing: der }: RootAnswer,
  knowledge: AnswerKnowledge,
  list: CertificateList,
): Checked<VerifiedAnswer['issuing']> {
  const { issuers, pending } = knowledge;
  if (der === undefined || issuers.some((known) => Buffer.from(known.der).equals(der)))
    return passed(undefined);
  const decoded = decodeCertificate(der);
  if (!decoded.ok) return failed('issuing-certificate-invalid', decoded.error.message, again);
  const certificate = decoded.value;
  if (pending === undefined || !Buffer.from(certificate.publicKey.der).equals(pending.publicKey)) {
    return failed(
      'issuing-not-requested',
      `expected a certificate for the key that was requested, found one for another key (${certificate.subject.toString()})`,
      again,
    );
  }
  const problem = problemOf(certificate, knowledge, pending.number, list);
  if (problem !== undefined) return failed('issuing-certificate-invalid', problem, again);
  return passed({ number: pending.number, certificate });
}

const minSerialBytes = 8;
const modernSignatures: readonly string[] = [
  oids.ecdsaWithSHA256,
  oids.ecdsaWithSHA384,
  oids.ecdsaWithSHA512,
  oids.sha256WithRSAEncryption,
  '1.3.101.112',
];

function problemOf(
  certificate: Certificate,
  { domain, now, objectsUrl, root }: AnswerKnowledge,
  number: number,
  list: CertificateList,
): string | undefined {
  const expected = issuingName(domain, number);
  if (certificate.subject.canonical !== expected.canonical) {
    return `expected the name ${expected.toString()}, found ${certificate.subject.toString()}`;
  }
  if (certificate.issuer.canonical !== root.subject.canonical || !isSignedBy(certificate, root)) {
    return 'the certificate is not signed by the root';
  }
  if (!modernSignatures.includes(certificate.signatureAlgorithm.oid)) {
    return `the certificate is signed with ${certificate.signatureAlgorithm.oid}, which is not allowed`;
  }
  if (certificate.version !== 3 || certificate.serialNumber.length < minSerialBytes) {
    return `expected version 3 and a serial number of ${minSerialBytes} octets at least`;
  }
  const { notAfter, notBefore } = certificate;
  if (notBefore > now + rootClockSkewMs || notAfter <= now || notAfter > root.notAfter) {
    return `the certificate is valid from ${iso(notBefore)} to ${iso(notAfter)}, and it is ${iso(now)}; the root ends on ${iso(root.notAfter)}`;
  }
  if (isListed(list, certificate)) return 'the certificate is on the list of the root';
  const id = issuerId(root.publicKey.der);
  return surplusExtension(certificate, [
    ...rightsOf(certificate, root),
    listsAt([objectsUrl], id, 0),
    issuerAt([objectsUrl], id),
  ]);
}

/** What every certificate of an issuing authority has: it may sign leaves and lists, and certify no other authority. */
function rightsOf(certificate: Certificate, root: Certificate): readonly Extension[] {
  return [
    basicConstraintsExtension({ cA: true, pathLength: 0 }),
    keyUsageExtension({ keyCertSign: true, cRLSign: true }),
    subjectKeyIdExtension(keyIdentifier(certificate.publicKey.bits)),
    authorityKeyIdExtension({ keyId: root.subjectKeyId }),
  ];
}

/** Exactly these extensions, octet for octet: a right that is not expected is refused, whatever its name is. */
function surplusExtension({ extensions }: Certificate, expected: readonly Extension[]): string | undefined {
  const same = (one: Extension, other: Extension): boolean =>
    one.oid === other.oid && one.critical === other.critical && Buffer.from(one.value).equals(other.value);
  const surplus = extensions.find((one) => !expected.some((other) => same(one, other)));
  if (surplus !== undefined) return `the extension ${surplus.oid} has another content than requested`;
  return extensions.length === expected.length ? undefined : 'the certificate lacks an extension';
}

function verifyOutside(
  { outside }: RootAnswer,
  { root }: AnswerKnowledge,
  issuers: readonly Certificate[],
): Checked<readonly Certificate[]> {
  const verified: Certificate[] = [];
  for (const der of outside) {
    const decoded = decodeCertificate(der);
    const certificate = decoded.ok ? decoded.value : undefined;
    const inside = issuers.find(
      ({ publicKey }) =>
        certificate !== undefined && Buffer.from(publicKey.der).equals(certificate.publicKey.der),
    );
    if (certificate === undefined || inside === undefined) {
      return failed(
        'issuing-not-requested',
        'a certificate for outsiders is for no issuing authority here',
        again,
      );
    }
    const isSame =
      certificate.subject.canonical === inside.subject.canonical &&
      certificate.notBefore === inside.notBefore &&
      certificate.notAfter === inside.notAfter;
    const urls = addressesOf(certificate, root);
    if (!isSame || urls === undefined || !isSignedBy(certificate, root)) {
      return failed(
        'issuing-certificate-invalid',
        `the certificate for outsiders of ${inside.subject.toString()} has another name, validity, signature or address`,
        again,
      );
    }
    const id = issuerId(root.publicKey.der);
    const surplus = surplusExtension(certificate, [
      ...inside.extensions.filter(({ oid }) => !addresses.includes(oid)),
      listsAt(urls, id, 0),
      issuerAt(urls, id),
    ]);
    if (surplus !== undefined) return failed('issuing-certificate-invalid', surplus, again);
    verified.push(certificate);
  }
  return passed(verified);
}

/** Extensions in which a certificate for outsiders differs. */
const addresses: readonly string[] = [oids.cRLDistributionPoints, oids.authorityInfoAccess];

/** Bases of the addresses of the root's list in a certificate; undefined where one is no such address. */
function addressesOf(certificate: Certificate, root: Certificate): readonly string[] | undefined {
  const path = publicationPaths.crl(issuerId(root.publicKey.der), 0);
  const [point, ...more] = certificate.crlDistributionPoints ?? [];
  const names = point?.name?.type === 'full' ? point.name.names : [];
  const urls = names.map((name) => (name.type === 'uri' ? name.value : ''));
  const areOurs = urls.every((url) => url.startsWith('http://') && url.endsWith(path));
  if (more.length > 0 || urls.length === 0 || !areOurs) return undefined;
  return urls.map((url) => url.slice(0, -path.length));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
