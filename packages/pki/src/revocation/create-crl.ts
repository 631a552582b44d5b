import { oids } from '@entente/x509';
import {
  asciiText,
  bitString,
  boolean,
  integer,
  integerOctets,
  octetString,
  oid,
  sequence,
  tagged,
  time,
} from '../der/der-writer.ts';
import type { Issuer } from '../issuing/issuer.ts';
import { signatureAlgorithmDer } from '../issuing/signature-algorithm.ts';
import type { RevokedCertificate } from '../ledger/ledger.ts';
import { revocationReasonCodes } from './reason.ts';

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

const versionTwo = integer(1);

/**
 * Signs a full revocation list.
 * @param issuer whose certificates it is about; signs directly
 * @param content what it says
 * @returns CertificateList, DER
 * @see RFC 5280 §5.1, §5.2.3, §5.2.5
 */
export async function createCrl(issuer: Issuer, content: CrlContent): Promise<Uint8Array> {
  const algorithm = signatureAlgorithmDer(issuer.signer.scheme);
  const extensions = [
    extension(
      oids.authorityKeyIdentifier,
      false,
      sequence(tagged(0x80, issuer.certificate.subjectKeyId as Uint8Array)),
    ),
    extension(oids.cRLNumber, false, integer(content.number)),
  ];
  if (content.distributionPoint !== undefined) {
    const name = tagged(0xa0, tagged(0xa0, asciiText(0x86, content.distributionPoint)));
    extensions.push(extension(oids.issuingDistributionPoint, true, sequence(name)));
  }
  const toBeSigned = sequence(
    versionTwo,
    algorithm,
    issuer.certificate.subject.der,
    time(content.thisUpdate),
    time(content.nextUpdate),
    // An empty list must be absent, not empty (RFC 5280 §5.1.2.6).
    ...(content.revoked.length === 0 ? [] : [sequence(...content.revoked.map(revokedEntry))]),
    tagged(0xa0, sequence(...extensions)),
  );
  const signature = await issuer.signer.sign(toBeSigned);
  return sequence(toBeSigned, algorithm, bitString(signature));
}

function revokedEntry({ serialHex, revocation }: RevokedCertificate): Uint8Array {
  const code = revocationReasonCodes[revocation.reason];
  const fields = [integerOctets(Buffer.from(serialHex, 'hex')), time(revocation.at)];
  // `unspecified` should be said by saying nothing (RFC 5280 §5.3.1).
  if (code !== 0) {
    fields.push(sequence(extension(oids.reasonCode, false, Uint8Array.of(0x0a, 0x01, code))));
  }
  return sequence(...fields);
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(oid(id), boolean(true), octetString(value))
    : sequence(oid(id), octetString(value));
}
