import { createHash } from 'node:crypto';
import { isSignedBy } from '@entente/trust';
import { type Certificate, decodePemCertificates } from '@entente/x509';

/**
 * Finds the root that a join token pins. A joining server can therefore fetch `/roots.pem` from a server that it cannot verify
 * yet: everything else in the answer is ignored. The pin is of the key, which anybody can write into a certificate, and which the root
 * before may have certified: so the root is the one that is signed with it.
 * @param pem - the answer of `/roots.pem`
 * @param rootSpkiHash - from the join token, lower-case hexadecimal SHA-256
 * @returns the root, or `undefined` if the text cannot be read or the root is not in it
 */
export function pinnedRoot(pem: string | Uint8Array, rootSpkiHash: string): Certificate | undefined {
  const decoded = decodePemCertificates(pem);
  if (!decoded.ok) return undefined;
  return decoded.value.find(
    (certificate) =>
      createHash('sha256').update(certificate.publicKey.der).digest('hex') === rootSpkiHash &&
      certificate.subject.canonical === certificate.issuer.canonical &&
      isSignedBy(certificate, certificate),
  );
}
