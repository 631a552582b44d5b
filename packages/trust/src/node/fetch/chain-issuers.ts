import { type Certificate, decodeCertificate } from '@entente/x509';
import type { AnchorSet } from '../../policy/anchor.ts';
import type { PresentedChain } from '../../question/presented-chain.ts';
import { verificationKey } from '../../signatures/public-key.ts';
import { verifySignature } from '../../signatures/verify-signature.ts';

/** A certificate whose status is needed, and its issuer. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** A chain as far as its issuers are known. */
export interface IssuedChain {
  readonly issued: readonly IssuedCertificate[];
  /** The certificate of the anchor above it; undefined where it leads to none. */
  readonly anchor: Certificate | undefined;
}

/** Certificates of a chain that are examined; a path that has passed is shorter. */
const mostCertificates = 16;

/**
 * Follows the issuers from the leaf up to an anchor and pairs each certificate with its issuer. Other certificates are left out,
 * so that a peer cannot cause requests by adding unrelated ones.
 *
 * @param presented - a chain whose path has passed a judge
 * @param anchors - the anchors of the verdict
 */
export function issuedCertificates(presented: PresentedChain, anchors: AnchorSet): IssuedChain {
  const sent = presented.certificates.slice(0, mostCertificates).flatMap((der) => {
    const decoded = decodeCertificate(der);
    return decoded.ok ? [decoded.value] : [];
  });
  const tops = anchors.anchors.map((anchor) => anchor.certificate);
  const pairs: IssuedCertificate[] = [];
  let at = sent[0];
  let anchor: Certificate | undefined;
  while (at !== undefined && pairs.length < mostCertificates) {
    const child = at;
    const top = tops.find((candidate) => issued(candidate, child));
    const issuer: Certificate | undefined =
      top ?? sent.find((candidate) => candidate !== child && issued(candidate, child));
    if (issuer === undefined) break;
    pairs.push({ certificate: child, issuer });
    anchor = top;
    at = top === undefined ? issuer : undefined;
  }
  return { issued: pairs, anchor };
}

/** Whether a certificate has issued another one, by name and signature. */
export function issued(candidate: Certificate, child: Certificate): boolean {
  return (
    candidate.subject.canonical === child.issuer.canonical &&
    verifySignature(child, verificationKey(candidate))
  );
}
