import { createHash } from 'node:crypto';
import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type CertificateNames,
  createName,
  type Extension,
  encodeCertificate,
  encodeTbsCertificate,
  extKeyUsageExtension,
  type GeneralName,
  ipAddress,
  keyUsageExtension,
  oids,
  subjectAltNameExtension,
  subjectKeyIdExtension,
} from '@entente/x509';
import type { Issuer } from '../ground/issuer.ts';
import type { CertificateProfile } from '../ground/profile.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';

/** A public key to be certified; a decoded `SubjectPublicKeyInfo` fits. */
export interface LeafKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly der: Uint8Array;
  /** The key itself, without the count of unused bits: the input of the key identifier. */
  readonly bits: Uint8Array;
}

/** The fields that differ from one leaf to the next. */
export interface LeafFields {
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  readonly names: CertificateNames;
  readonly publicKey: LeafKey;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** The CRL that would list the certificate. */
  readonly shard: number;
}

/** Encodes the leaves of one profile under one issuer. */
export interface LeafTemplate {
  /**
   * The part to be signed, tbsCertificate, DER.
   * @throws EncodeError `ENTENTE_X509_ENCODE` for a name that cannot be encoded
   */
  toBeSigned(fields: LeafFields): Uint8Array;
  /** The certificate, DER. */
  certificate(toBeSigned: Uint8Array, signature: Uint8Array): Uint8Array;
}

/** Longest common name (RFC 5280 appendix A.1, ub-common-name). */
const maxCommonNameLength = 64;
const emptyName = createName([]);

/**
 * Prepares the common parts of all leaves of a profile, so that issuing encodes only what differs.
 * @param issuer - the authority that signs
 * @param profile - the kind of leaf
 * @param objectsUrls - bases of the plain HTTP addresses of CRLs and issuer certificates, without trailing slash; all lead to the
 * same CRL (RFC 5280 §4.2.1.13)
 */
export function leafTemplate(
  issuer: Issuer,
  profile: CertificateProfile,
  objectsUrls: readonly string[],
): LeafTemplate {
  const { certificate } = issuer;
  const algorithm = signatureAlgorithm(issuer.signer.scheme);
  const usage: readonly Extension[] = [
    basicConstraintsExtension({ cA: false }),
    // TLS 1.3 requires no other use of a leaf's key.
    keyUsageExtension({ digitalSignature: true }),
    extKeyUsageExtension(profile.extKeyUsage),
  ];
  const authorityKey = authorityKeyIdExtension({ keyId: certificate.subjectKeyId });
  const access = issuerAt(objectsUrls, issuer.id);
  const distributionPoints = new Map<number, Extension>();
  const distributionPoint = (shard: number): Extension => {
    let written = distributionPoints.get(shard);
    if (written === undefined) {
      written = listsAt(objectsUrls, issuer.id, shard);
      distributionPoints.set(shard, written);
    }
    return written;
  };

  return {
    toBeSigned(fields) {
      const { commonName } = fields.names;
      const named = commonName.length > 0 && commonName.length <= maxCommonNameLength;
      return encodeTbsCertificate({
        serialNumber: fields.serialNumber,
        signatureAlgorithm: algorithm,
        issuer: certificate.subject,
        notBefore: fields.notBefore,
        notAfter: fields.notAfter,
        subject: named ? createName([{ oid: oids.commonName, value: commonName }]) : emptyName,
        publicKey: fields.publicKey,
        extensions: [
          ...usage,
          // Critical exactly where the subject is empty (RFC 5280 §4.2.1.6).
          subjectAltNameExtension(alternativeNames(fields.names), !named),
          subjectKeyIdExtension(keyIdentifier(fields.publicKey.bits)),
          authorityKey,
          distributionPoint(fields.shard),
          access,
        ],
      });
    },
    certificate: (toBeSigned, signature) => encodeCertificate(toBeSigned, algorithm, signature),
  };
}

/**
 * The identifier of a key (RFC 5280 §4.2.1.2, method 1). SHA-1 is an identifier here, not a protection.
 * @param publicKeyBits - see `LeafKey`
 */
export function keyIdentifier(publicKeyBits: Uint8Array): Uint8Array {
  return createHash('sha1').update(publicKeyBits).digest();
}

function alternativeNames(names: CertificateNames): readonly GeneralName[] {
  return [
    ...names.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...names.uris.map(uriName),
    ...(names.ipAddresses ?? []).map(addressName),
  ];
}

/** A text that is not an address has no octets, which the lint finds. */
function addressName(text: string): GeneralName {
  return { type: 'ip', bytes: ipAddress(text) ?? new Uint8Array() };
}

function uriName(value: string): GeneralName {
  return { type: 'uri', value };
}
