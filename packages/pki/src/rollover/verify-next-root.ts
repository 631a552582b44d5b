import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodeCertificate } from '@entente/x509';
import { crossPathLength, mayCrossCertify, rootName, rootPathLength } from '../ceremony/new-root.ts';
import type { AnswerKnowledge } from './answer-knowledge.ts';
import {
  addressesOfRoot,
  extensionsOutside,
  formProblem,
  listAddressesIn,
  rightsBelow,
  rightsOf,
  surplusExtension,
} from './exact-certificate.ts';
import { isAuthorityKey, rootClockSkewMs } from './examine-request.ts';
import type { RootAnswer } from './root-documents.ts';
import { isListed, readRootList } from './root-list.ts';
import { type Checked, failed, passed } from './root-refusal.ts';

/** A next root that may be recorded. */
export interface VerifiedRoot {
  /** 1 more than that of the root before it: 2 or more. */
  readonly number: number;
  /** Self-signed. */
  readonly certificate: Certificate;
  /** Its first list. */
  readonly list: CertificateList;
  /** Its name and key, certified by the root that was asked; absent where the path length of that leaves no room. */
  readonly cross: Certificate | undefined;
  /** The same, for outsiders. */
  readonly crossOutside: Certificate | undefined;
}

const again = 'prepare it again with entente ca root prepare, and bring that answer';

/**
 * Verifies the next root in an answer: its own signature and that of the present root, its name and number, a key that no root has, and no
 * right that a root should not have. Members believe it only when the administrators have signed a topology with it.
 * @param answer - untrusted
 * @param knowledge - of the authority
 * @param list - the verified list of the present root
 * @returns undefined where the answer has none, or one that is recorded
 */
export function verifyNextRoot(
  { nextRoot }: RootAnswer,
  knowledge: AnswerKnowledge,
  list: CertificateList,
): Checked<VerifiedRoot | undefined> {
  const { domain, now, root, roots } = knowledge;
  const isKnown = roots.some(({ der }) => Buffer.from(der).equals(nextRoot?.certificate ?? Buffer.alloc(0)));
  if (nextRoot === undefined || isKnown) return passed(undefined);
  const decoded = decodeCertificate(nextRoot.certificate);
  if (!decoded.ok) return invalid(decoded.error.message);
  const certificate = decoded.value;
  const number = roots.length + 1;
  const expected = rootName(domain, number);
  if (certificate.subject.canonical !== expected.canonical) {
    return failed(
      'next-root-not-requested',
      `expected the name ${expected.toString()}, found ${certificate.subject.toString()}`,
      'write another request with entente ca root request, and prepare the root with that',
    );
  }
  const problem = problemOf(certificate, roots, now);
  if (problem !== undefined) return invalid(problem);
  const own = readRootList(nextRoot.list, certificate);
  if (!own.ok) return own;
  const { nextUpdate = 0, thisUpdate } = own.value;
  if (thisUpdate > now + rootClockSkewMs || nextUpdate <= now) {
    return invalid(`its list is valid from ${iso(thisUpdate)} to ${iso(nextUpdate)}, and it is ${iso(now)}`);
  }
  if (nextRoot.cross === undefined && mayCrossCertify(root)) {
    return invalid('the certificate by the present root is missing');
  }
  const cross = crossOf(nextRoot.cross, certificate, root, [knowledge.objectsUrl], list);
  if (!cross.ok) return cross;
  const outside = crossOf(nextRoot.crossOutside, certificate, root, undefined, list);
  if (!outside.ok) return outside;
  return passed({ number, certificate, list: own.value, cross: cross.value, crossOutside: outside.value });
}

function problemOf(certificate: Certificate, roots: readonly Certificate[], now: number): string | undefined {
  if (certificate.issuer.canonical !== certificate.subject.canonical || !isSignedBy(certificate, certificate))
    return 'it is not signed with its own key';
  if (!isAuthorityKey(certificate.publicKey)) return `a key of ${certificate.publicKey.kind} is not allowed`;
  const hasKey = roots.some(({ publicKey }) => Buffer.from(publicKey.der).equals(certificate.publicKey.der));
  if (hasKey) return 'it has the key of another root';
  const { notAfter, notBefore } = certificate;
  if (notBefore > now + rootClockSkewMs || notAfter <= now) {
    return `it is valid from ${iso(notBefore)} to ${iso(notAfter)}, and it is ${iso(now)}`;
  }
  return formProblem(certificate) ?? surplusExtension(certificate, rightsOf(certificate, rootPathLength));
}

/**
 * The certificate of the next root by the present one.
 * @param urls - bases of the addresses that it must name; undefined: any, for outsiders
 */
function crossOf(
  der: Uint8Array | undefined,
  next: Certificate,
  root: Certificate,
  urls: readonly string[] | undefined,
  list: CertificateList,
): Checked<Certificate | undefined> {
  if (der === undefined) return passed(undefined);
  const decoded = decodeCertificate(der);
  if (!decoded.ok) return invalid(decoded.error.message);
  const cross = decoded.value;
  const isOfNext =
    cross.subject.canonical === next.subject.canonical &&
    Buffer.from(cross.publicKey.der).equals(next.publicKey.der);
  const isByRoot = cross.issuer.canonical === root.subject.canonical && isSignedBy(cross, root);
  if (!isOfNext || !isByRoot) return invalid('the present root has not certified its name and key');
  if (cross.notAfter > Math.min(next.notAfter, root.notAfter))
    return invalid('the certificate by the present root ends after one of the two');
  if (isListed(list, cross)) return invalid('the certificate by the present root is on its list');
  const named = urls ?? listAddressesIn(cross, root);
  if (named === undefined) return invalid('the certificate for outsiders has another address');
  const rights = rightsBelow(root, cross, crossPathLength);
  const expected =
    urls === undefined
      ? extensionsOutside({ extensions: rights }, root, named)
      : [...rights, ...addressesOfRoot(root, named)];
  const surplus = formProblem(cross) ?? surplusExtension(cross, expected);
  return surplus === undefined ? passed(cross) : invalid(surplus);
}

function invalid(problem: string): ReturnType<typeof failed> {
  return failed('next-root-invalid', `the next root is refused: ${problem}`, again);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
