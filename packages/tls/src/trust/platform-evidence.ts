import type { PresentedChain } from '@entente/trust';
import type { TrustedVerdict } from './peer.ts';

/**
 * OpenSSL's errors that our verdict explains, and what must be true of the verdict for that.
 */
type Explanation = (verdict: TrustedVerdict, presented: PresentedChain) => boolean;

/** OpenSSL saw fewer certificates than we did, or does not stop at an anchor that is not self-signed as we do. */
const builtOtherwise: Explanation = (verdict, presented) =>
  verdict.path.certificates.some(
    (used) => !presented.certificates.some((sent) => sameBytes(sent, used.der)),
  ) || verdict.path.anchor.certificate.subject.canonical !== verdict.path.anchor.certificate.issuer.canonical;

/** The anchor lets a serverAuth-only certificate dial us; OpenSSL knows no such exception. */
const serverAuthSufficed: Explanation = (verdict) =>
  verdict.evidence.some((item) => item.kind === 'server-auth-sufficed');

const explanations: ReadonlyMap<string, Explanation> = new Map([
  ['UNABLE_TO_GET_ISSUER_CERT', builtOtherwise],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', builtOtherwise],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', builtOtherwise],
  ['SELF_SIGNED_CERT_IN_CHAIN', builtOtherwise],
  ['INVALID_PURPOSE', serverAuthSufficed],
]);

/**
 * Says whether an error of OpenSSL contradicts our verdict.
 *
 * @param error - literal of `authorizationError`
 * @param verdict - our verdict, which trusts
 * @param presented - what the peer sent
 * @returns true when nothing in the verdict explains why OpenSSL thinks otherwise
 */
export function contradicts(error: string, verdict: TrustedVerdict, presented: PresentedChain): boolean {
  const explanation = explanations.get(error);
  return explanation === undefined || !explanation(verdict, presented);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
