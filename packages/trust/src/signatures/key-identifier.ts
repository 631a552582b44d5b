import type { Certificate } from '@entente/x509';

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Whether the key identifiers say that a certificate or CRL was signed by another key of that name. */
export function excludesKey(certificate: Pick<Certificate, 'authorityKeyId'>, issuer: Certificate): boolean {
  const wanted = certificate.authorityKeyId?.keyId;
  const offered = issuer.subjectKeyId;
  return wanted !== undefined && offered !== undefined && !sameBytes(wanted, offered);
}
