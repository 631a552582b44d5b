import { isSignedBy, isSignedByInPool } from '@entente/trust';
import { type CertificationRequest, oids } from '@entente/x509';

/** The signature algorithms with which a requester may prove possession. */
const allowed: ReadonlySet<string> = new Set([
  oids.ecdsaWithSHA256,
  oids.ecdsaWithSHA384,
  oids.ecdsaWithSHA512,
  oids.sha256WithRSAEncryption,
  oids.sha384WithRSAEncryption,
  oids.sha512WithRSAEncryption,
]);

/**
 * Whether a request is signed with the private half of its key.
 * @param request - PKCS#10
 * @see RFC 2986 §3
 */
export async function provesPossession(request: CertificationRequest): Promise<boolean> {
  return allowed.has(request.signatureAlgorithm.oid) && isSignedByInPool(request, request);
}

/**
 * The same in the calling thread, for a ceremony, which examines one request.
 * @param request - PKCS#10
 * @see RFC 2986 §3
 */
export function provesPossessionInCeremony(request: CertificationRequest): boolean {
  return allowed.has(request.signatureAlgorithm.oid) && isSignedBy(request, request);
}
