import type { RecordedCertificate } from '@entente/pki/ledger';
import { encodePem } from '@entente/x509';

/** A certificate in a list: enough to choose one. Times are milliseconds since 1970. */
export interface CertificateRow {
  readonly issuer: string;
  readonly serial: string;
  readonly profile: string;
  readonly subject: string;
  readonly commonName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly issuedAt: number;
  readonly requester: string;
  readonly revocation?: { readonly at: number; readonly reason: string };
  /** Present where the issuing authority is on the list of its root: the certificate counts no more, though it is on no list itself. */
  readonly issuerRevoked?: true;
}

/**
 * A recorded certificate as a list has it. Names are left out: a certificate may have thousands.
 * @param certificate - as the ledger has it
 * @param revokedIssuers - ids of the issuing authorities that are revoked
 */
export function certificateRow(
  certificate: RecordedCertificate,
  revokedIssuers: ReadonlySet<string>,
): CertificateRow {
  const { issuer, serialHex, profile, subject, notBefore, notAfter, issuedAt, requester, revocation } =
    certificate;
  return {
    issuer,
    serial: serialHex,
    profile,
    subject,
    commonName: certificate.names.commonName,
    notBefore,
    notAfter,
    issuedAt,
    requester,
    ...(revocation === undefined ? {} : { revocation: { at: revocation.at, reason: revocation.reason } }),
    ...(revokedIssuers.has(issuer) ? { issuerRevoked: true as const } : {}),
  };
}

/**
 * All that is recorded of one certificate.
 * @param certificate - as the ledger has it
 * @param revokedIssuers - ids of the issuing authorities that are revoked
 */
export function certificateDetails(
  certificate: RecordedCertificate,
  revokedIssuers: ReadonlySet<string>,
): object {
  const { names, keyHash, predecessor } = certificate;
  return {
    ...certificateRow(certificate, revokedIssuers),
    dnsNames: names.dnsNames,
    uris: names.uris,
    keyHash,
    ...(predecessor === undefined ? {} : { predecessor: predecessor.serialHex }),
    certificate: encodePem('CERTIFICATE', certificate.certificate),
  };
}
