import { createHash } from 'node:crypto';
import { oids } from '@entente/x509';
import { publicationPaths } from '../ceremony/issuer-id.ts';
import {
  asciiText,
  bitString,
  boolean,
  integer,
  integerOctets,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from '../der/der-writer.ts';
import type { Issuer } from './issuer.ts';
import type { CertificateProfile } from './profile.ts';
import type { CertificateNames } from './request.ts';
import { signatureAlgorithmDer } from './signature-algorithm.ts';

/** What differs from one leaf to the next. */
export interface LeafFields {
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  readonly names: CertificateNames;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** The key itself, what identifiers are hashed over. */
  readonly publicKeyBits: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** Which list the certificate would stand in. */
  readonly shard: number;
}

/** Writes the leaves of one profile under one issuer. */
export interface LeafTemplate {
  /** The part to be signed, tbsCertificate, DER. */
  toBeSigned(fields: LeafFields): Uint8Array;
  /** The certificate, DER. */
  certificate(toBeSigned: Uint8Array, signature: Uint8Array): Uint8Array;
}

/** Longest common name (RFC 5280 appendix A.1, ub-common-name). */
const maxCommonNameLength = 64;
const versionThree = tagged(0xa0, integer(2));
const emptyName = sequence();
/** BIT STRING with bit 0 alone: digitalSignature. TLS 1.3 needs no other use of a leaf's key. */
const digitalSignatureOnly = Uint8Array.of(0x03, 0x02, 0x07, 0x80);

/**
 * Prepares everything that all leaves of a profile share, so that issuing writes only what differs.
 * @param issuer who signs
 * @param profile which kind of leaf
 * @param objectsUrl base of the plain HTTP address where lists and issuer certificates are, without trailing slash
 */
export function leafTemplate(issuer: Issuer, profile: CertificateProfile, objectsUrl: string): LeafTemplate {
  const { certificate } = issuer;
  const algorithm = signatureAlgorithmDer(issuer.signer.scheme);
  const issuerName = certificate.subject.der;
  const usage = [
    extension(oids.basicConstraints, true, sequence()),
    extension(oids.keyUsage, true, digitalSignatureOnly),
    extension(oids.extKeyUsage, false, sequence(...profile.extKeyUsage.map(oid))),
  ];
  const authorityKey = extension(
    oids.authorityKeyIdentifier,
    false,
    sequence(tagged(0x80, certificate.subjectKeyId as Uint8Array)),
  );
  const access = extension(
    oids.authorityInfoAccess,
    false,
    sequence(sequence(oid(oids.caIssuers), uriName(`${objectsUrl}${publicationPaths.issuer(issuer.id)}`))),
  );
  const distributionPoints = new Map<number, Uint8Array>();
  const distributionPoint = (shard: number): Uint8Array => {
    let written = distributionPoints.get(shard);
    if (written === undefined) {
      const url = uriName(`${objectsUrl}${publicationPaths.crl(issuer.id, shard)}`);
      const point = sequence(tagged(0xa0, tagged(0xa0, url)));
      written = extension(oids.cRLDistributionPoints, false, sequence(point));
      distributionPoints.set(shard, written);
    }
    return written;
  };

  return {
    toBeSigned(fields) {
      const { commonName } = fields.names;
      const named = commonName.length > 0 && commonName.length <= maxCommonNameLength;
      return sequence(
        versionThree,
        integerOctets(fields.serialNumber),
        algorithm,
        issuerName,
        sequence(time(fields.notBefore), time(fields.notAfter)),
        named ? sequence(set(sequence(oid(oids.commonName), utf8String(commonName)))) : emptyName,
        fields.publicKey,
        tagged(
          0xa3,
          sequence(
            ...usage,
            // Critical exactly where the subject is empty (RFC 5280 §4.2.1.6).
            extension(oids.subjectAltName, !named, alternativeNames(fields.names)),
            extension(oids.subjectKeyIdentifier, false, octetString(keyIdentifier(fields.publicKeyBits))),
            authorityKey,
            distributionPoint(fields.shard),
            access,
          ),
        ),
      );
    },
    certificate(toBeSigned, signature) {
      return sequence(toBeSigned, algorithm, bitString(signature));
    },
  };
}

/** SHA-1 of the key is a name here, not a protection (RFC 5280 §4.2.1.2, method 1). */
function keyIdentifier(publicKeyBits: Uint8Array): Uint8Array {
  return createHash('sha1').update(publicKeyBits).digest();
}

function alternativeNames(names: CertificateNames): Uint8Array {
  return sequence(...names.dns.map((name) => asciiText(0x82, name)), ...names.uris.map(uriName));
}

function uriName(uri: string): Uint8Array {
  return asciiText(0x86, uri);
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(oid(id), boolean(true), octetString(value))
    : sequence(oid(id), octetString(value));
}
