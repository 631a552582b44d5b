import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodeCertificate } from '@entente/x509';
import { issuingName } from '../ceremony/certify-issuing.ts';
import { checkGiven, maybe } from '../ground/check-given.ts';
import { aList, anObject, aText, aTime, having } from '../ground/check-values.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import { nameLimitsOf } from '../ground/name-limits.ts';
import { nameOfOurs, nameOfTheirs } from './another-root.ts';
import type { AnswerKnowledge } from './answer-knowledge.ts';
import {
  addressesOfRoot,
  extensionsOutside,
  formProblem,
  listAddressesIn,
  rightsBelow,
  surplusExtension,
} from './exact-certificate.ts';
import { rootClockSkewMs } from './examine-request.ts';
import type { RootAnswer } from './root-documents.ts';
import { isListed, readRootList } from './root-list.ts';
import { type Checked, failed, passed } from './root-refusal.ts';
import { type VerifiedRoot, verifyNextRoot } from './verify-next-root.ts';

/** What may be put in force. */
export interface VerifiedAnswer {
  /** The root that has signed it. */
  readonly root: Certificate;
  /** The root's list: newer than the one in force, or the same. */
  readonly list: CertificateList;
  /** The next issuing authority; absent where the answer has none, or one that is recorded already. */
  readonly issuing?: { readonly number: number; readonly certificate: Certificate };
  /** Certificates for outsiders. */
  readonly outside: readonly Certificate[];
  /** The next root; absent where the answer has none, or one that is recorded already. */
  readonly nextRoot?: VerifiedRoot;
}

const again = 'sign root-request.json again with entente ca root sign, and bring that answer';

const knowledgeKinds = {
  domain: aText,
  root: having('a certificate of @entente/x509', 'der', 'subject', 'notAfter'),
  roots: aList,
  list: having('a list of @entente/x509', 'der', 'entries'),
  objectsUrl: aText,
  pending: maybe(anObject),
  issuers: aList,
  now: aTime,
};

/**
 * Verifies an answer as a relying party would, and more strictly: signatures of our root, a list that continues ours, and an authority
 * with our pending key, its name, and no right that it should not have. An answer that is in force already is accepted again: what it
 * contains may not have been stored completely.
 * @param answer - untrusted
 * @param knowledge - of the authority
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for knowledge of another form: by a time that is none, a list that has ended would be put in force
 */
export function verifyRootAnswer(answer: RootAnswer, knowledge: AnswerKnowledge): Checked<VerifiedAnswer> {
  checkGiven(knowledge, knowledgeKinds, 'verifyRootAnswer');
  const { domain, root } = knowledge;
  if (answer.domain !== domain) {
    return failed(
      'root-of-another-domain',
      `expected an answer of the root of ${domain}, found one of the root of ${answer.domain}`,
      'bring the answer to the request of this authority',
    );
  }
  if (answer.root !== spkiHash(root.der)) {
    return failed(
      'another-root',
      `expected an answer of ${nameOfOurs(root)}, found one of ${nameOfTheirs(answer)}, both of ${domain}`,
      'bring the answer of the root that the request was for: each root of a domain has a request of its own',
    );
  }
  const list = verifyList(answer, knowledge);
  if (!list.ok) return list;
  const repeated = repeatedIssuing(answer, knowledge);
  const issuing = repeated === undefined ? verifyIssuing(answer, knowledge, list.value) : passed(undefined);
  if (!issuing.ok) return issuing;
  const inside = issuing.value === undefined ? [] : [issuing.value.certificate];
  const outside = verifyOutside(answer, knowledge, [...knowledge.issuers, ...inside], repeated);
  if (!outside.ok) return outside;
  const nextRoot = verifyNextRoot(answer, knowledge, list.value);
  if (!nextRoot.ok) return nextRoot;
  return passed({
    root,
    list: list.value,
    ...(issuing.value === undefined ? {} : { issuing: issuing.value }),
    outside: outside.value,
    ...(nextRoot.value === undefined ? {} : { nextRoot: nextRoot.value }),
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

/**
 * A certificate for an authority that is recorded already, with another serial number: the request was written again before the answer to
 * the first was in force. The first one stays in use.
 */
function repeatedIssuing(
  { issuing: der }: RootAnswer,
  { issuers, root }: AnswerKnowledge,
): Certificate | undefined {
  const decoded = der === undefined ? undefined : decodeCertificate(der);
  if (decoded?.ok !== true) return undefined;
  const certificate = decoded.value;
  const isRecorded = issuers.some(
    ({ issuer, publicKey, subject }) =>
      subject.canonical === certificate.subject.canonical &&
      issuer.canonical === certificate.issuer.canonical &&
      Buffer.from(publicKey.der).equals(certificate.publicKey.der),
  );
  return isRecorded && isSignedBy(certificate, root) ? certificate : undefined;
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
  const form = formProblem(certificate);
  if (form !== undefined) return form;
  const { notAfter, notBefore } = certificate;
  if (notBefore > now + rootClockSkewMs || notAfter <= now || notAfter > root.notAfter) {
    return `the certificate is valid from ${iso(notBefore)} to ${iso(notAfter)}, and it is ${iso(now)}; the root ends on ${iso(root.notAfter)}`;
  }
  if (isListed(list, certificate)) return 'the certificate is on the list of the root';
  return surplusExtension(certificate, [
    ...rightsBelow(root, certificate, 0),
    ...addressesOfRoot(root, [objectsUrl]),
    ...nameLimitsOf(root),
  ]);
}

function verifyOutside(
  { outside }: RootAnswer,
  { root }: AnswerKnowledge,
  issuers: readonly Certificate[],
  repeated: Certificate | undefined,
): Checked<readonly Certificate[]> {
  const verified: Certificate[] = [];
  for (const der of outside) {
    const decoded = decodeCertificate(der);
    const certificate = decoded.ok ? decoded.value : undefined;
    if (certificate !== undefined && repeated !== undefined && isForSame(certificate, repeated)) continue;
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
    const isSame = isForSame(certificate, inside);
    const urls = listAddressesIn(certificate, root);
    if (!isSame || urls === undefined || !isSignedBy(certificate, root)) {
      return failed(
        'issuing-certificate-invalid',
        `the certificate for outsiders of ${inside.subject.toString()} has another name, validity, signature or address`,
        again,
      );
    }
    const surplus = surplusExtension(certificate, extensionsOutside(inside, root, urls));
    if (surplus !== undefined) return failed('issuing-certificate-invalid', surplus, again);
    verified.push(certificate);
  }
  return passed(verified);
}

/** Whether two certificates say the same of an authority, which is then reached by other addresses of lists. */
function isForSame(one: Certificate, other: Certificate): boolean {
  return (
    one.subject.canonical === other.subject.canonical &&
    one.notBefore === other.notBefore &&
    one.notAfter === other.notAfter &&
    Buffer.from(one.publicKey.der).equals(other.publicKey.der)
  );
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
