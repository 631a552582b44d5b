import {
  authorityKeyIdExtension,
  crlNumberExtension,
  encodeCrl,
  issuingDistributionPointExtension,
  TbsCrlWriter,
} from '@entente/x509';
import type { Issuer } from '../ground/issuer.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';
import type { RevokedCertificate } from '../ledger/ledger.ts';

/** The content of a CRL. */
export interface CrlContent {
  /** CRL number: 1 or more, greater for each new CRL of the issuer. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
  /** One entry for each, in this order; empty where nothing is revoked. */
  readonly revoked: readonly RevokedCertificate[];
  /** URL of the CRL if it covers only the certificates that name it. Default: it covers all of the issuer's. */
  readonly distributionPoint?: string;
}

/**
 * Signs a full CRL.
 * @param issuer - the issuer of the certificates, which signs the CRL
 * @param content - its content
 * @returns CertificateList, DER
 * @see RFC 5280 §5.1, §5.2.3, §5.2.5
 */
export async function createCrl(
  issuer: Pick<Issuer, 'certificate' | 'signer'>,
  content: CrlContent,
): Promise<Uint8Array> {
  const algorithm = signatureAlgorithm(issuer.signer.scheme);
  const extensions = [
    authorityKeyIdExtension({ keyId: issuer.certificate.subjectKeyId }),
    crlNumberExtension(content.number),
  ];
  if (content.distributionPoint !== undefined) {
    extensions.push(
      issuingDistributionPointExtension({
        name: { type: 'full', names: [{ type: 'uri', value: content.distributionPoint }] },
      }),
    );
  }
  const writer = new TbsCrlWriter(
    {
      signatureAlgorithm: algorithm,
      issuer: issuer.certificate.subject,
      thisUpdate: content.thisUpdate,
      nextUpdate: content.nextUpdate,
      extensions,
    },
    content.revoked.length,
  );
  for (const { serialHex, revocation } of content.revoked) {
    writer.add({
      serialNumber: Buffer.from(serialHex, 'hex'),
      revocationDate: revocation.at,
      reason: revocation.reason,
    });
  }
  const toBeSigned = writer.finish();
  return encodeCrl(toBeSigned, algorithm, await issuer.signer.sign(toBeSigned));
}
