import type { Certificate, Signed } from '@entente/x509';
import { verificationKey } from './public-key.ts';
import { verifySignature, verifySignatureInPool } from './verify-signature.ts';

/**
 * Whether an authority signed an object, by its key alone: neither its validity nor its right to sign is checked. To reject
 * objects from an untrusted source before they replace better ones; a verdict checks everything.
 *
 * @param signed - certificate, CRL, OCSP response, or a certification request, which its own key signs
 * @param issuer - certificate of the authority, or what else has its key
 */
export function isSignedBy(signed: Signed, issuer: Pick<Certificate, 'publicKey'>): boolean {
  return verifySignature(signed, verificationKey(issuer));
}

/**
 * The same as {@link isSignedBy} in a thread of the platform's pool, for callers that have other work meanwhile.
 *
 * @param signed - as in {@link isSignedBy}
 * @param issuer - as in {@link isSignedBy}
 */
export function isSignedByInPool(signed: Signed, issuer: Pick<Certificate, 'publicKey'>): Promise<boolean> {
  return verifySignatureInPool(signed, verificationKey(issuer));
}
