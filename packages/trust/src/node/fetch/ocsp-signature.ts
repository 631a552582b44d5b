import { type BasicOcspResponse, type Certificate, decodeCertificate, oids } from '@entente/x509';
import { isSignedBy } from '../../signatures/is-signed-by.ts';

/** Delegated signers looked at per response: one is normal. */
const mostSigners = 4;

/**
 * Whether a response is signed with the key of an issuer, or of somebody whom that key certified as an OCSP signer. For sorting out
 * what a stranger made up; whether the signer is still to be believed, the judge decides at every verdict.
 *
 * @see RFC 6960 §4.2.2.2
 */
export function isSignedForIssuer(response: BasicOcspResponse, issuer: Certificate): boolean {
  if (isSignedBy(response, issuer)) return true;
  return response.certificates.slice(0, mostSigners).some((der) => {
    const decoded = decodeCertificate(der);
    return (
      decoded.ok &&
      decoded.value.extKeyUsage?.includes(oids.ocspSigning) === true &&
      isSignedBy(decoded.value, issuer) &&
      isSignedBy(response, decoded.value)
    );
  });
}
