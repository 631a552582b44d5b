import { createAlgorithm, encodeOcspRequest, encodeTbsOcspRequest, oids } from '@entente/x509';
import { digestOf } from '../../signatures/digest.ts';
import type { IssuedCertificate } from './chain-issuers.ts';

/**
 * The unsigned request about one certificate, as responders that answer from a cache expect it: SHA-1 identifiers, no nonce
 * (RFC 5019 §2.1). The hashes only identify the issuer; trust depends on the responder's signature.
 *
 * @param about - the certificate and its issuer
 */
export function ocspQuestion({ certificate, issuer }: IssuedCertificate): Uint8Array {
  return encodeOcspRequest(
    encodeTbsOcspRequest({
      requests: [
        {
          certId: {
            hashAlgorithm: createAlgorithm(oids.sha1, 'null'),
            issuerNameHash: digestOf('sha1', issuer.subject.der),
            issuerKeyHash: digestOf('sha1', issuer.publicKey.bits),
            serialNumber: certificate.serialNumber,
          },
        },
      ],
    }),
  );
}
