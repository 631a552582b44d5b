import type { Certificate, Signed } from '@entente/x509';
import { verificationKey } from './public-key.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * Whether an authority has signed something, by its key alone: neither its validity nor its right to sign is asked. For sorting
 * what came from an untrusted place before it displaces something better; a verdict asks for everything.
 *
 * @param signed - certificate, CRL or OCSP response
 * @param issuer - certificate of the authority
 */
export function isSignedBy(signed: Signed, issuer: Certificate): boolean {
  return verifySignature(signed, verificationKey(issuer));
}
