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

/** What a revocation list says. */
export interface CrlContent {
  /** 1 or more, rising for each list of the issuer. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
  readonly revoked: readonly RevokedCertificate[];
  /** URL of the list if it covers only the certificates that name it; left out: it covers all of the issuer's. */
  readonly distributionPoint?: string;
}

/**
 * Signs a full revocation list.
 * @param issuer - whose certificates it is about; signs directly
 * @param content - what it says
 * @returns CertificateList, DER
 * @see RFC 5280 §5.1, §5.2.3, §5.2.5
 */
export async function createCrl(issuer: Issuer, content: CrlContent): Promise<Uint8Array> {
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
