import { type Certificate, oids } from '@entente/x509';
import { allReasons } from '../knowledge/reason-mask.ts';
import type { OcspAnswer } from '../knowledge/revocation-index.ts';
import type { Findings } from '../knowledge/statement.ts';
import type { PathState } from '../path/path-state.ts';
import { digestOf } from '../signatures/digest.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import { signatureAlgorithm } from '../signatures/signature-algorithm.ts';
import { ocspSigner } from './ocsp-signer.ts';
import { problemOfTheFuture } from './problem-of-the-future.ts';
import type { RevocationContext } from './revocation-context.ts';

/**
 * Collects what one OCSP answer says about a certificate.
 *
 * @param answer - a single response, unverified
 * @param certificate - the certificate in question
 * @param above - state of its issuer
 * @see RFC 6960 §3.2, §4.2.2
 */
export function ocspStatements(
  answer: OcspAnswer,
  certificate: Certificate,
  above: PathState,
  context: RevocationContext,
  findings: Findings,
): void {
  const { response, single, source } = answer;
  if (!speaksOf(answer, certificate, above)) return;
  const problem = formProblem(answer, certificate, context);
  if (problem !== undefined) {
    findings.problems.push(problem);
    return;
  }
  const signer = ocspSigner(response, above, context);
  if (!signer.ok) {
    findings.problems.push(signer.problem);
    return;
  }
  const { status, thisUpdate, nextUpdate } = single;
  if (status.state === 'unknown' || (status.state === 'good' && isDisowned(answer))) {
    findings.problems.push('an OCSP responder that does not know the certificate');
    return;
  }
  const base = {
    source,
    signer: signer.subject,
    byIssuer: signer.byIssuer,
    thisUpdate,
    nextUpdate,
    reasons: allReasons,
  };
  findings.statements.push(
    status.state === 'good'
      ? { ...base, state: 'good' }
      : { ...base, state: 'revoked', since: status.revocationTime, code: status.reason ?? 'unspecified' },
  );
}

/** A list of Certificate Transparency timestamps says nothing about revocation, critical or not. @see RFC 6962 §3.3 */
const timestampList = '1.3.6.1.4.1.11129.2.4.5';

/** Whether the same response also says that it does not know the certificate: then its `good` does not count. */
function isDisowned({ response, single }: OcspAnswer): boolean {
  return response.responses.some(
    ({ certId, status }) => status.state === 'unknown' && sameBytes(certId.der, single.certId.der),
  );
}

/** Whether the CertID identifies this certificate of this issuer. @see RFC 6960 §4.1.1 */
function speaksOf({ single }: OcspAnswer, certificate: Certificate, above: PathState): boolean {
  const { certId } = single;
  if (certId.serialHex !== certificate.serialHex) return false;
  const digest = digests.get(certId.hashAlgorithm.oid);
  if (digest === undefined) return false;
  return (
    sameBytes(certId.issuerNameHash, digestOf(digest, certificate.issuer.der)) &&
    sameBytes(certId.issuerKeyHash, digestOf(digest, above.certificate.publicKey.bits))
  );
}

const digests = new Map<string, string>([
  [oids.sha1, 'sha1'],
  [oids.sha224, 'sha224'],
  [oids.sha256, 'sha256'],
  [oids.sha384, 'sha384'],
  [oids.sha512, 'sha512'],
]);

function formProblem(
  { response, single }: OcspAnswer,
  certificate: Certificate,
  context: RevocationContext,
): string | undefined {
  const { policy, now } = context.path;
  const [unknown] = [
    ...response.unknownCritical,
    ...single.unknownCritical.filter((id) => id !== timestampList),
  ];
  if (unknown !== undefined) return `an OCSP response with the unknown critical extension ${unknown}`;
  const latest = now + policy.revocation.futureSkewMs;
  const signedAt = Math.max(single.thisUpdate, response.producedAt);
  if (signedAt > latest) return problemOfTheFuture('an OCSP response', signedAt, now);
  if (response.producedAt < certificate.notBefore || response.producedAt > certificate.notAfter) {
    return 'an OCSP response from outside the validity of the certificate';
  }
  if (single.nextUpdate !== undefined && single.nextUpdate < single.thisUpdate) {
    return 'an OCSP response whose nextUpdate lies before thisUpdate';
  }
  const algorithm = signatureAlgorithm(response.signatureAlgorithm);
  return algorithm !== undefined && policy.algorithms.signatures.includes(algorithm.name)
    ? undefined
    : `an OCSP response signed with ${algorithm?.name ?? response.signatureAlgorithm.oid}, which is not allowed`;
}
