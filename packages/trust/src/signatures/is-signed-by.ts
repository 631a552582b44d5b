import type { Certificate, Signed } from '@entente/x509';
import { verificationKey } from './public-key.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Whether an authority signed an object, by its key alone: neither its validity nor its right to sign is checked. To reject
 * objects from an untrusted source before they replace better ones; a verdict checks everything.
 *
 * @param signed - certificate, CRL or OCSP response
 * @param issuer - certificate of the authority
 */
export function isSignedBy(signed: Signed, issuer: Certificate): boolean {
  return verifySignature(signed, verificationKey(issuer));
}
