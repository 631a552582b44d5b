import type { PresentedChain } from '@entente/trust';
import type { TrustedVerdict } from './peer.ts';

/** Tells whether a verdict explains why OpenSSL reports an error. */
type Explanation = (verdict: TrustedVerdict, presented: PresentedChain) => boolean;

/** The path has a certificate that OpenSSL did not see, or ends at an anchor that is not self-signed, where OpenSSL goes on. */
const builtOtherwise: Explanation = (verdict, presented) =>
  verdict.path.certificates.some(
    (used) => !presented.certificates.some((sent) => sameBytes(sent, used.der)),
  ) || verdict.path.anchor.certificate.subject.canonical !== verdict.path.anchor.certificate.issuer.canonical;

/** The anchor lets a certificate for serverAuth alone act as a client; OpenSSL has no such exception. */
const serverAuthSufficed: Explanation = (verdict) =>
  verdict.evidence.some((item) => item.kind === 'server-auth-sufficed');

const explanations: ReadonlyMap<string, Explanation> = new Map([
  ['UNABLE_TO_GET_ISSUER_CERT', builtOtherwise],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', builtOtherwise],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', builtOtherwise],
  ['SELF_SIGNED_CERT_IN_CHAIN', builtOtherwise],
  ['INVALID_PURPOSE', serverAuthSufficed],
]);

const timeErrors: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * Tells whether OpenSSL refuses because of the time.
 *
 * @param error - literal of `authorizationError`
 */
export function isAboutTime(error: string): boolean {
  return timeErrors.has(error);
}

/**
 * Tells whether an error of OpenSSL contradicts a verdict.
 *
 * @param error - literal of `authorizationError`
 * @param verdict - a verdict that trusts
 * @param presented - what the peer sent
 * @returns true where nothing in the verdict explains the error
 */
export function contradicts(error: string, verdict: TrustedVerdict, presented: PresentedChain): boolean {
  const explanation = explanations.get(error);
  return explanation === undefined || !explanation(verdict, presented);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
