import type { Certificate, CertificateList, Name } from '@entente/x509';
import { withSink } from '../path/path-context.ts';
import { PathSearch } from '../path/path-search.ts';
import type { PathState } from '../path/path-state.ts';
import { walkPath } from '../path/walk-path.ts';
import type { Rejection } from '../reasons/rejection.ts';
import { excludesKey } from '../signatures/key-identifier.ts';
import { type VerificationKey, verificationKey } from '../signatures/public-key.ts';
import type { RevocationContext } from './revocation-context.ts';

/** How deep the CRL signers of CRL signers may nest. */
const maxNesting = 3;

/**
 * Finds the signer of a CRL, if it may sign it: the issuer of the certificate, or another certificate with the CRL issuer's name
 * and a valid path to the same anchor.
 *
 * @returns key and name of the signer, or why there is none
 * @see RFC 5280 §6.3.3 (f) and (g)
 */
export function crlSigner(
  crl: CertificateList,
  above: PathState,
  context: RevocationContext,
): { readonly key: VerificationKey; readonly subject: Name; readonly byIssuer: boolean } | string {
  const { statements, spending } = context.path;
  let problem = 'a CRL whose signature no known key verifies';
  if (crl.issuer.canonical === above.certificate.subject.canonical) {
    if (statements.verify(crl, above.key, spending)) {
      if (maySignCrls(above.certificate))
        return { key: above.key, subject: above.certificate.subject, byIssuer: true };
      problem = 'a CRL whose signer lacks cRLSign in keyUsage';
    }
  }
  for (const candidate of candidates(crl, above, context)) {
    spending.step();
    const key = verificationKey(candidate);
    if (!statements.verify(crl, key, spending)) continue;
    if (!maySignCrls(candidate)) {
      problem = 'a CRL whose signer lacks cRLSign in keyUsage';
    } else if (isBelieved(candidate, above, context)) {
      return { key, subject: candidate.subject, byIssuer: false };
    } else problem = 'a CRL whose signer has no valid path to the same anchor';
  }
  return problem;
}

function maySignCrls({ keyUsage }: Certificate): boolean {
  return keyUsage === undefined || keyUsage.cRLSign;
}

function candidates(
  crl: CertificateList,
  above: PathState,
  context: RevocationContext,
): readonly Certificate[] {
  const pool = context.candidates.pool();
  const anchor = above.anchor.certificate;
  const named = [...pool.presentedNamed(crl.issuer)];
  if (anchor.subject.canonical === crl.issuer.canonical) named.push(anchor);
  return named
    .filter((candidate) => candidate !== above.certificate)
    .sort((a, b) => Number(excludesKey(crl, a)) - Number(excludesKey(crl, b)));
}

/** Whether a CRL signer has a valid, unrevoked path to the anchor of the certificate in question. */
function isBelieved(candidate: Certificate, above: PathState, context: RevocationContext): boolean {
  if (candidate === above.anchor.certificate || isOnPath(candidate, above)) return true;
  // The status of this signer is being checked: its CRL may cover itself, because RFC 5280 knows no other source.
  if (context.inProgress.includes(candidate)) return true;
  if (context.inProgress.length >= maxNesting) return false;
  const inner: RevocationContext = {
    ...context,
    stapled: [],
    inProgress: [...context.inProgress, candidate],
  };
  const search = new PathSearch(context.candidates.pool(), context.path, {
    tolerant: false,
    end: 'crl-signer',
  });
  return search.find(candidate, ({ anchor, chain }) => {
    if (anchor !== above.anchor) return false;
    const sink: Rejection[] = [];
    const path = withSink(context.path, sink);
    const state = walkPath(anchor, chain, path, 'crl-signer');
    if (state !== undefined && sink.length === 0) context.checkRevocation(chain, state, { ...inner, path });
    return state !== undefined && sink.length === 0;
  });
}

function isOnPath(candidate: Certificate, above: PathState): boolean {
  for (let state: PathState | undefined = above; state !== undefined; state = state.parent) {
    if (state.certificate === candidate) return true;
  }
  return false;
}
