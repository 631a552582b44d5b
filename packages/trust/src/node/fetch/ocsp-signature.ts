import { type BasicOcspResponse, type Certificate, decodeCertificate, oids } from '@entente/x509';
import { isSignedBy } from '../../signatures/is-signed-by.ts';

/** Delegated signers examined per response: one is normal. */
const mostSigners = 4;

/**
 * Whether a response is signed with the key of an issuer, or of an OCSP signer that this key certified. To reject forged responses
 * early; whether the signer may still sign, the judge checks at every verdict.
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
