import { createHash } from 'node:crypto';
import { type Certificate, decodePemCertificates } from '@entente/x509';

/**
 * Finds the root that a join token pins. This is how a joiner may take `/roots.pem` from a server that it cannot
 * judge yet: whatever else the answer holds is ignored.
 * @param pem - what `/roots.pem` answered
 * @param rootSpkiHash - from the join token, lower-case hexadecimal SHA-256
 * @returns the root, or `undefined` if the text cannot be read or the root is not in it
 */
export function pinnedRoot(pem: string | Uint8Array, rootSpkiHash: string): Certificate | undefined {
  const decoded = decodePemCertificates(pem);
  if (!decoded.ok) return undefined;
  return decoded.value.find(
    ({ publicKey }) => createHash('sha256').update(publicKey.der).digest('hex') === rootSpkiHash,
  );
}
