import { isSignedBy } from '@entente/trust';
import {
  type Certificate,
  type CertificateList,
  decodeCertificate,
  type Name,
  oids,
  type SubjectPublicKeyInfo,
} from '@entente/x509';
import { issuingName } from '../ceremony/certify-issuing.ts';
import { checkGiven, maybe } from '../ground/check-given.ts';
import { aTime, having, yesOrNo } from '../ground/check-values.ts';
import { isOctets } from '../ground/given.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import { decodeRequest } from '../issuing/decode-request.ts';
import { provesPossessionInCeremony } from '../issuing/proof-of-possession.ts';
import type { RevokedCertificate } from '../ledger/ledger.ts';
import { nameOfOurs, nameOfTheirs } from './another-root.ts';
import type { RootRequest } from './root-documents.ts';
import { entriesOf, isListed, readRootList } from './root-list.ts';
import { type Checked, failed, passed } from './root-refusal.ts';

/** What the root will sign, for the people who decide on it. */
export interface RootPlan {
  /** The request that was examined. Domain and addresses are taken from it. */
  readonly request: RootRequest;
  /** Number of the next list. */
  readonly listNumber: number;
  /** Entries of the next list. */
  readonly revoked: readonly RevokedCertificate[];
  /** Certificates among them that were not on the list before. */
  readonly newlyRevoked: readonly Certificate[];
  /** The next issuing authority. */
  readonly issuing?: { readonly subject: Name; readonly publicKey: SubjectPublicKeyInfo };
  /** Issuing authorities that get a certificate for outsiders. */
  readonly outside: readonly Certificate[];
}

/** What a request is examined by. */
export interface RootKnowledge {
  /** Certificate of the root. */
  readonly root: Certificate;
  /** The newest list that the machine of the root has, DER; absent where it keeps none. */
  readonly known?: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Somebody has looked: `now` is right, and a list of the future was signed while a clock was ahead. Default: false. */
  readonly isClockRight?: boolean;
}

/** How far clocks may differ, milliseconds. */
export const rootClockSkewMs = 300_000;
const minRsaBits = 3072;
/** With a misspelt name the list of this machine would be left out, and an old request could take a revocation back. */
const knowledgeKinds = {
  root: having('a certificate of @entente/x509', 'der', 'subject', 'notAfter'),
  known: maybe(['octets in a Uint8Array', isOctets]),
  now: aTime,
  isClockRight: maybe(yesOrNo),
};
const wrongFile = 'carry the newest root-request.json from the directory of the authority of this domain';

/**
 * Decides whether the root signs what an authority asks for. The newer of the two lists is continued, and no entry of either is left
 * out: an old request cannot take a revocation back.
 * @param request - untrusted
 * @param knowledge - of the machine of the root
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for knowledge of another form
 */
export function examineRootRequest(request: RootRequest, knowledge: RootKnowledge): Checked<RootPlan> {
  checkGiven(knowledge, knowledgeKinds, 'examineRootRequest');
  const { isClockRight = false, known, now, root } = knowledge;
  const domain = root.subject.rdns.flat().find(({ oid }) => oid === oids.organizationName)?.text;
  if (request.domain !== domain) {
    return failed(
      'root-of-another-domain',
      `this is the root of ${domain ?? 'no domain'}, and the request is for that of ${request.domain}`,
      'use the key and certificate of the root that the request names',
    );
  }
  if (request.root !== spkiHash(root.der)) {
    return failed(
      'another-root',
      `this is ${nameOfOurs(root)}, and the request is for ${nameOfTheirs(request)}, both of ${domain}`,
      'use the key and certificate of the root that the request names: each root of a domain has a request of its own',
    );
  }
  if (now > root.notAfter || now < root.notBefore) {
    return failed(
      'root-ended',
      `the root is valid from ${iso(root.notBefore)} to ${iso(root.notAfter)}, and it is ${iso(now)} by the clock of this machine`,
      'set the clock; if it is right, create a new authority with entente ca init',
    );
  }
  const lists: CertificateList[] = [];
  for (const der of known === undefined ? [request.list] : [request.list, known]) {
    const list = readRootList(der, root);
    if (!list.ok) return list;
    lists.push(list.value);
  }
  const latest = Math.max(...lists.map(({ thisUpdate }) => thisUpdate));
  if (now < latest - rootClockSkewMs && !isClockRight) {
    return failed(
      'clock-untrusted',
      `it is ${iso(now)} by the clock of this machine, and the root has signed a list at ${iso(latest)}`,
      'set the clock of this machine; where it is right, it was ahead when that list was signed: entente ca root sign with --clock-is-right signs all the same',
    );
  }
  const before = entriesOf(lists);
  const newlyRevoked: Certificate[] = [];
  const added: RevokedCertificate[] = [];
  for (const { certificate: der, reason } of request.revoke) {
    const certificate = certifiedBy(der, root);
    if (!certificate.ok) return certificate;
    const { notAfter, serialHex } = certificate.value;
    if ([...before, ...added].some((entry) => entry.serialHex === serialHex)) continue;
    newlyRevoked.push(certificate.value);
    added.push({ serialHex, notAfter, revocation: { at: now, reason } });
  }
  const outside: Certificate[] = [];
  for (const der of request.certifyOutside) {
    const certificate = certifiedBy(der, root);
    if (!certificate.ok) return certificate;
    const isUseless =
      lists.some((list) => isListed(list, certificate.value)) || now > certificate.value.notAfter;
    if (isUseless || request.outsideObjectsUrls.length === 0) {
      return failed(
        'certificate-not-of-root',
        `${certificate.value.subject.toString()} was revoked or has ended, or there is no address for outsiders`,
        wrongFile,
      );
    }
    outside.push(certificate.value);
  }
  const issuing = examineIssuing(request, root);
  if (!issuing.ok) return issuing;
  return passed({
    request,
    listNumber: Math.max(...lists.map(({ crlNumber = 0n }) => Number(crlNumber))) + 1,
    revoked: [...before, ...added],
    newlyRevoked,
    ...(issuing.value === undefined ? {} : { issuing: issuing.value }),
    outside,
  });
}

function examineIssuing(request: RootRequest, root: Certificate): Checked<RootPlan['issuing']> {
  const { domain, issuing } = request;
  if (issuing === undefined) return passed(undefined);
  const decoded = decodeRequest(issuing.request);
  const again = 'remove root-request.json from the directory of the authority, and let it write another one';
  if ('reason' in decoded) return failed('issuing-request-invalid', decoded.message, again);
  if (!provesPossessionInCeremony(decoded)) {
    return failed('issuing-request-invalid', 'the request is not signed with the key that it is for', again);
  }
  const { publicKey, subject } = decoded;
  if (!isAuthorityKey(publicKey)) {
    return failed(
      'issuing-key-not-allowed',
      `expected a P-256, P-384 or RSA key of at least ${minRsaBits} bits, found ${publicKey.kind} of ${publicKey.sizeBits} bits`,
      again,
    );
  }
  if (Buffer.from(publicKey.der).equals(root.publicKey.der)) {
    return failed('issuing-key-not-allowed', 'the request is for the key of the root', again);
  }
  const expected = issuingName(domain, issuing.number);
  if (subject.canonical !== expected.canonical) {
    return failed(
      'issuing-name-not-allowed',
      `expected the name ${expected.toString()}, found ${subject.toString()}`,
      again,
    );
  }
  const { basicConstraints, extensions } = decoded;
  const asksForMore = extensions.some(({ oid }) => oid !== oids.basicConstraints);
  const isPlain =
    basicConstraints === undefined || (basicConstraints.cA && basicConstraints.pathLength === 0);
  if (asksForMore || !isPlain) {
    return failed(
      'issuing-rights-not-allowed',
      'expected a request for an authority with path length 0 and nothing else, found another path length or other extensions',
      again,
    );
  }
  return passed({ subject, publicKey });
}

/**
 * Whether an authority may have this key.
 * @param key - kind and size
 */
export function isAuthorityKey(key: Pick<SubjectPublicKeyInfo, 'kind' | 'sizeBits'>): boolean {
  if (key.kind === 'ec-p256' || key.kind === 'ec-p384') return true;
  return key.kind === 'rsa' && key.sizeBits >= minRsaBits;
}

/** A certificate of an issuing authority that this root has signed; not the root itself. */
function certifiedBy(der: Uint8Array, root: Certificate): Checked<Certificate> {
  const decoded = decodeCertificate(der);
  if (decoded.ok) {
    const { value } = decoded;
    const isIssuing =
      value.basicConstraints?.cA === true && value.subject.canonical !== root.subject.canonical;
    if (isIssuing && value.issuer.canonical === root.subject.canonical && isSignedBy(value, root))
      return passed(value);
  }
  return failed(
    'certificate-not-of-root',
    `expected a certificate of an issuing authority of this root, found ${decoded.ok ? decoded.value.subject.toString() : decoded.error.message}`,
    wrongFile,
  );
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
