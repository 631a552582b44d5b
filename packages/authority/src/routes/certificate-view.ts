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
}

/**
 * A recorded certificate as a list has it. Names are left out: a certificate may have thousands.
 * @param certificate - as the ledger has it
 */
export function certificateRow(certificate: RecordedCertificate): CertificateRow {
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
  };
}

/**
 * All that is recorded of one certificate.
 * @param certificate - as the ledger has it
 */
export function certificateDetails(certificate: RecordedCertificate): object {
  const { names, keyHash, predecessor } = certificate;
  return {
    ...certificateRow(certificate),
    dnsNames: names.dnsNames,
    uris: names.uris,
    keyHash,
    ...(predecessor === undefined ? {} : { predecessor: predecessor.serialHex }),
    certificate: encodePem('CERTIFICATE', certificate.certificate),
  };
}
