import type { Certificate, CertificateList, DistributionPoint, Name } from '@entente/x509';
import { allReasons } from '../knowledge/reason-mask.ts';
import type { Findings, Statement } from '../knowledge/statement.ts';
import type { PathState } from '../path/path-state.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import type { VerificationKey } from '../signatures/public-key.ts';
import { signatureAlgorithm } from '../signatures/signature-algorithm.ts';
import { crlRuleProblem } from './crl-rules.ts';
import { crlScope, directoryNames, sameScope } from './crl-scope.ts';
import { crlSigner } from './crl-signer.ts';
import { problemOfTheFuture } from './problem-of-the-future.ts';
import type { RevocationContext } from './revocation-context.ts';

/**
 * Collects what CRLs say about a certificate.
 *
 * @param certificate - the certificate in question
 * @param above - state of its issuer
 * @see RFC 5280 §6.3.3
 */
export function crlStatements(
  certificate: Certificate,
  above: PathState,
  context: RevocationContext,
  findings: Findings,
): void {
  const points = certificate.crlDistributionPoints;
  // Without distribution points every CRL is used once.
  const covered: Covered[] | undefined = points === undefined ? undefined : [];
  for (const point of points ?? none) {
    // Where a CRL issuer has no directory name, crlScope() refuses each of these CRLs and says why.
    const named = directoryNames(point.crlIssuer);
    const issuers = named.length > 0 ? named : [above.certificate.subject];
    for (const issuer of issuers) throughPoint(certificate, point, issuer, above, covered, context, findings);
  }
  // §6.3.3, last paragraph: other CRLs of the issuer count too.
  throughPoint(certificate, undefined, above.certificate.subject, above, covered, context, findings);
}

const none: readonly never[] = [];

/** The reasons for which a CRL has been used already. */
interface Covered {
  readonly crl: CertificateList;
  readonly reasons: number;
}

function coveredBy(crl: CertificateList, covered: readonly Covered[] | undefined): number {
  let mask = 0;
  if (covered === undefined) return mask;
  for (const one of covered) if (one.crl === crl) mask |= one.reasons;
  return mask;
}

function throughPoint(
  certificate: Certificate,
  point: DistributionPoint | undefined,
  issuer: Name,
  above: PathState,
  covered: Covered[] | undefined,
  context: RevocationContext,
  findings: Findings,
): void {
  for (const crl of context.index.crlsOf(issuer.canonical)) {
    if (crl.baseCrlNumber !== undefined) continue;
    const before = coveredBy(crl, covered);
    if (before === allReasons) continue;
    const reasons = crlScope(crl, certificate, above.certificate.subject, point);
    if (typeof reasons === 'string') {
      findings.problems.push(reasons);
      continue;
    }
    if ((reasons & ~before) === 0) continue;
    const signer = usableSigner(crl, above, context, findings);
    if (signer === undefined) continue;
    covered?.push({ crl, reasons });
    findings.statements.push(
      statementOf(crl, certificate, above.certificate.subject, signer, reasons, context),
    );
  }
}

/** The signer of a CRL that may be used. */
interface Signer {
  readonly key: VerificationKey;
  readonly subject: Name;
  readonly byIssuer: boolean;
}

function usableSigner(
  crl: CertificateList,
  above: PathState,
  context: RevocationContext,
  findings: Findings,
): Signer | undefined {
  const problem = formProblem(crl, context);
  if (problem !== undefined) {
    findings.problems.push(problem);
    return undefined;
  }
  const signer = crlSigner(crl, above, context);
  if (typeof signer === 'string') {
    findings.problems.push(signer);
    return undefined;
  }
  return signer;
}

function formProblem(crl: CertificateList, context: RevocationContext): string | undefined {
  const { policy, now } = context.path;
  const [unknown] = crl.unknownCritical;
  if (unknown !== undefined) return `a CRL with the unknown critical extension ${unknown}`;
  const [unknownEntry] = crl.unknownCriticalInEntries;
  if (unknownEntry !== undefined)
    return `a CRL whose entries have the unknown critical extension ${unknownEntry}`;
  if (crl.thisUpdate > now + policy.revocation.futureSkewMs)
    return problemOfTheFuture('a CRL', crl.thisUpdate, now);
  const algorithm = signatureAlgorithm(crl.signatureAlgorithm);
  if (algorithm === undefined || !policy.algorithms.signatures.includes(algorithm.name)) {
    return `a CRL signed with ${algorithm?.name ?? crl.signatureAlgorithm.oid}, which is not allowed`;
  }
  return policy.revocation.strictCrls ? crlRuleProblem(crl) : undefined;
}

function statementOf(
  crl: CertificateList,
  { serialNumber }: Certificate,
  issuer: Name,
  signer: Signer,
  reasons: number,
  context: RevocationContext,
): Statement {
  const { subject, byIssuer } = signer;
  const { thisUpdate, nextUpdate } = crl;
  const entry = crl.lookup(serialNumber, issuer);
  const delta = newestDelta(crl, signer, context);
  // §6.3.3 (i) to (k): the delta takes precedence, and what it removes is no longer revoked.
  const last = delta?.lookup(serialNumber, issuer) ?? entry;
  if (last !== undefined && last.reason !== 'removeFromCRL') {
    const { revocationDate: since, reason: code = 'unspecified' } = last;
    return {
      state: 'revoked',
      source: 'crl',
      signer: subject,
      byIssuer,
      thisUpdate,
      nextUpdate,
      reasons,
      since,
      code,
    };
  }
  if (delta === undefined) {
    return { state: 'good', source: 'crl', signer: subject, byIssuer, thisUpdate, nextUpdate, reasons };
  }
  // Base and delta together are as new as the delta and current until the first of the two expires.
  return {
    state: 'good',
    source: 'crl',
    signer: subject,
    byIssuer,
    thisUpdate: delta.thisUpdate,
    nextUpdate: earlier(nextUpdate, delta.nextUpdate),
    reasons,
  };
}

/** The newest delta that amends a complete CRL. @see RFC 5280 §5.2.4, §6.3.3 (c) and (h) */
function newestDelta(
  crl: CertificateList,
  signer: Signer,
  context: RevocationContext,
): CertificateList | undefined {
  const { path } = context;
  return context.index
    .crlsOf(crl.issuer.canonical)
    .find(
      (delta) =>
        delta.baseCrlNumber !== undefined &&
        crl.crlNumber !== undefined &&
        delta.crlNumber !== undefined &&
        delta.baseCrlNumber <= crl.crlNumber &&
        crl.crlNumber < delta.crlNumber &&
        sameScope(crl, delta) &&
        sameKeyId(crl, delta) &&
        formProblem(delta, context) === undefined &&
        path.statements.verify(delta, signer.key, path.spending),
    );
}

function sameKeyId(a: CertificateList, b: CertificateList): boolean {
  const aId = a.authorityKeyId?.keyId;
  const bId = b.authorityKeyId?.keyId;
  return aId === undefined || bId === undefined ? aId === bId : sameBytes(aId, bId);
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.min(a, b);
}
