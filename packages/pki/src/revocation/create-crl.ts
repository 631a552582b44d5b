import {
  authorityKeyIdExtension,
  crlNumberExtension,
  encodeCrl,
  issuingDistributionPointExtension,
  TbsCrlWriter,
} from '@entente/x509';
import { checkGiven, maybe } from '../ground/check-given.ts';
import { aList, aText, aTime, checkValue, having } from '../ground/check-values.ts';
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

const contentKinds = {
  number: ['a whole number from 1', (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0],
  thisUpdate: aTime,
  nextUpdate: aTime,
  revoked: aList,
  distributionPoint: maybe(aText),
} as const;

/**
 * Signs a full CRL.
 * @param issuer - the issuer of the certificates, which signs the CRL
 * @param content - its content
 * @returns CertificateList, DER
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`: the list of one shard whose address is misspelt would be taken for that of all certificates
 * @see RFC 5280 §5.1, §5.2.3, §5.2.5
 */
export async function createCrl(
  issuer: Pick<Issuer, 'certificate' | 'signer'>,
  content: CrlContent,
): Promise<Uint8Array> {
  checkValue(
    issuer,
    having('an Issuer, as createIssuer returns it', 'certificate', 'signer'),
    'issuer of createCrl',
  );
  checkGiven(content, contentKinds, 'createCrl');
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
