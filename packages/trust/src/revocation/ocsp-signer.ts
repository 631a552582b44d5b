import {
  type BasicOcspResponse,
  type Certificate,
  decodeCertificate,
  type Name,
  oids,
  type ResponderId,
} from '@entente/x509';
import { allReasons } from '../knowledge/reason-mask.ts';
import type { Findings } from '../knowledge/statement.ts';
import { checkTimes } from '../path/link-checks.ts';
import { withSink } from '../path/path-context.ts';
import type { PathState } from '../path/path-state.ts';
import { checkLeaf } from '../path/step-path.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { digestOf } from '../signatures/digest.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import { verificationKey } from '../signatures/public-key.ts';
import { crlStatements } from './crl-statements.ts';
import type { RevocationContext } from './revocation-context.ts';

/** Delegated signers examined per response: one is normal, a peer may staple many. */
const maxSigners = 4;

type Signer =
  | { readonly ok: true; readonly subject: Name; readonly byIssuer: boolean }
  | { readonly ok: false; readonly problem: string };

/**
 * Finds the signer of a response, if it may sign it: the issuer itself, or an OCSP signer that the issuer's own key certified.
 *
 * @param above - state of the issuer of the certificate that the response is about
 * @see RFC 6960 §4.2.2.2
 */
export function ocspSigner(
  response: BasicOcspResponse,
  above: PathState,
  context: RevocationContext,
): Signer {
  const { signatures, spending } = context.path;
  const issuer = above.certificate;
  if (isResponder(response.responderId, issuer) && signatures.verify(response, above.key, spending)) {
    return { ok: true, subject: issuer.subject, byIssuer: true };
  }
  let problem = 'an OCSP response whose signature no authorised key verifies';
  for (const der of response.certificates.slice(0, maxSigners)) {
    const decoded = decodeCertificate(der);
    if (!decoded.ok) {
      problem = `an OCSP signer that cannot be read: ${decoded.error.message}`;
      continue;
    }
    const candidate = decoded.value;
    if (!isResponder(response.responderId, candidate)) continue;
    const refusal = refuseSigner(candidate, above, context);
    if (refusal !== undefined) problem = refusal;
    else if (signatures.verify(response, verificationKey(candidate), spending)) {
      return { ok: true, subject: candidate.subject, byIssuer: false };
    }
  }
  return { ok: false, problem };
}

function refuseSigner(
  candidate: Certificate,
  above: PathState,
  context: RevocationContext,
): string | undefined {
  if (candidate.issuer.canonical !== above.certificate.subject.canonical) {
    return 'an OCSP signer that the issuer did not certify';
  }
  if (candidate.extKeyUsage?.includes(oids.ocspSigning) !== true) {
    return 'an OCSP signer without the extended key usage OCSPSigning';
  }
  // RFC 5280 §4.2.1.12 names the keyUsage bits of OCSPSigning; a key for another use signs no statements.
  const { keyUsage } = candidate;
  if (keyUsage !== undefined && !keyUsage.digitalSignature && !keyUsage.contentCommitment) {
    return 'an OCSP signer without digitalSignature in keyUsage';
  }
  const sink: Rejection[] = [];
  const path = withSink(context.path, sink);
  checkLeaf(above, candidate, path, false);
  checkTimes([candidate], above.anchor, path);
  const [rejection] = sink;
  if (rejection !== undefined) return `an OCSP signer that is refused: ${rejection.message}`;
  return statusProblem(candidate, above, context);
}

/** Why the status of a delegated signer is not good enough, or undefined. @see RFC 6960 §4.2.2.2.1 */
function statusProblem(
  candidate: Certificate,
  above: PathState,
  context: RevocationContext,
): string | undefined {
  if (candidate.extensions.some((extension) => extension.oid === oids.ocspNoCheck)) return undefined;
  const findings: Findings = { statements: [], problems: [] };
  crlStatements(candidate, above, context, findings);
  if (findings.statements.some(({ state }) => state === 'revoked')) return 'an OCSP signer that is revoked';
  if (context.path.policy.revocation.ocspSignerStatus === 'if-known') return undefined;
  const current = findings.statements.filter(
    ({ nextUpdate }) => nextUpdate !== undefined && nextUpdate >= context.path.now,
  );
  const known = current.reduce((mask, { reasons }) => mask | reasons, 0) === allReasons;
  return known
    ? undefined
    : 'an OCSP signer whose own revocation is unknown (no id-pkix-ocsp-nocheck, and no current CRL)';
}

function isResponder(id: ResponderId, certificate: Certificate): boolean {
  if (id.type === 'name') return id.name.canonical === certificate.subject.canonical;
  // The hash in a responder's identifier is always SHA-1 (RFC 6960 §4.2.1): a label, not a protection.
  return sameBytes(id.keyHash, digestOf('sha1', certificate.publicKey.bits));
}
