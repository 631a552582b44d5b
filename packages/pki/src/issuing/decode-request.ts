import { type CertificationRequest, decodeCertificationRequest } from '@entente/x509';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';

const maxRequestBytes = 16_384;

/**
 * Decodes a request. Nothing in it is verified.
 * @param der - PKCS#10, at most 16,384 octets
 * @returns the request, or the refusal `malformed-request`
 */
export function decodeRequest(der: Uint8Array): CertificationRequest | PkiRefusal {
  const decoded = decodeCertificationRequest(der, { maxBytes: maxRequestBytes });
  if (decoded.ok) return decoded.value;
  return refuse(
    'malformed-request',
    `the PKCS#10 request cannot be read: ${decoded.error.message} (${decoded.error.where})`,
    'create the request again, DER encoded',
  );
}
