import { createPublicKey, verify } from 'node:crypto';
import { type CertificationRequest, oids } from '@entente/x509';

/** Digest of each signature algorithm with which a requester may prove possession. */
const digests: Readonly<Record<string, string>> = {
  [oids.ecdsaWithSHA256]: 'sha256',
  [oids.ecdsaWithSHA384]: 'sha384',
  [oids.ecdsaWithSHA512]: 'sha512',
  [oids.sha256WithRSAEncryption]: 'sha256',
  [oids.sha384WithRSAEncryption]: 'sha384',
  [oids.sha512WithRSAEncryption]: 'sha512',
};

/**
 * Whether a request is signed with the private half of its key.
 * @param request - PKCS#10
 * @see RFC 2986 §3
 */
export function provesPossession(request: CertificationRequest): boolean {
  const digest = digests[request.signatureAlgorithm.oid];
  if (digest === undefined) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(request.publicKey.der), format: 'der', type: 'spki' });
    return verify(digest, request.tbs, key, request.signature);
  } catch {
    // A key that `node:crypto` cannot read proves nothing.
    return false;
  }
}
