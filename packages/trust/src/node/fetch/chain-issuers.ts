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

/** Certificates that are read: more than a handshake has room for. */
const mostSent = 512;
/** Certificates in one chain; a path that has passed is shorter. */
const mostIssued = 16;
/** Signatures that are verified for one chain: a peer chooses how many certificates have a name. */
const mostSignatures = 64;

/** A certificate on the way up, and the one that it has issued. */
interface Step {
  readonly certificate: Certificate;
  readonly below: Step | undefined;
  readonly length: number;
}

/**
 * Follows the issuers from the leaf up to an anchor and pairs each certificate with its issuer. Other certificates are left out,
 * so that a peer cannot cause requests by adding unrelated ones. Of several ways up the shortest counts, which is the one that a
 * judge tries first.
 *
 * @param presented - a chain whose path has passed a judge
 * @param anchors - the anchors of the verdict
 * @param now - milliseconds since the epoch: what is not valid then leads nowhere
 * @returns the chain; nothing where it leads to no anchor
 */
export function issuedCertificates(presented: PresentedChain, anchors: AnchorSet, now: number): IssuedChain {
  const [leaf, ...sent] = presented.certificates.slice(0, mostSent).flatMap((der) => {
    const decoded = decodeCertificate(der);
    return decoded.ok ? [decoded.value] : [];
  });
  const issuers = sent.filter(
    ({ basicConstraints, notAfter, notBefore }) =>
      basicConstraints?.cA === true && notBefore <= now && now <= notAfter,
  );
  const tops = anchors.anchors.map((anchor) => anchor.certificate);
  const reached = new Set<Certificate>();
  const steps: Step[] = leaf === undefined ? [] : [{ certificate: leaf, below: undefined, length: 1 }];
  let signatures = 0;
  // The list grows while it is walked: each certificate once, the nearest to the leaf first.
  for (const step of steps) {
    const { certificate: child, length } = step;
    const top = tops.find((candidate) => issued(candidate, child));
    if (top !== undefined) return { issued: pairsOf(step, top), anchor: top };
    if (length >= mostIssued) continue;
    for (const candidate of issuers) {
      if (reached.has(candidate) || candidate.subject.canonical !== child.issuer.canonical) continue;
      if (++signatures > mostSignatures) return noChain;
      if (!issued(candidate, child)) continue;
      reached.add(candidate);
      steps.push({ certificate: candidate, below: step, length: length + 1 });
    }
  }
  return noChain;
}

const noChain: IssuedChain = { issued: [], anchor: undefined };

/** Leaf first. */
function pairsOf(last: Step, anchor: Certificate): readonly IssuedCertificate[] {
  const pairs: IssuedCertificate[] = [];
  let issuer = anchor;
  for (let step: Step | undefined = last; step !== undefined; step = step.below) {
    pairs.unshift({ certificate: step.certificate, issuer });
    issuer = step.certificate;
  }
  return pairs;
}

/** Whether a certificate has issued another one, by name and signature. */
export function issued(candidate: Certificate, child: Certificate): boolean {
  return (
    candidate.subject.canonical === child.issuer.canonical &&
    verifySignature(child, verificationKey(candidate))
  );
}
