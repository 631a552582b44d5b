import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type Certificate,
  createName,
  decodeCertificate,
  encodeCertificate,
  encodeCertificationRequest,
  encodeRequestInfo,
  encodeTbsCertificate,
  keyUsageExtension,
  type Name,
  oids,
  type SubjectPublicKeyInfo,
  subjectKeyIdExtension,
} from '@entente/x509';
import { checkOptions } from '../ground/check-options.ts';
import { PkiFault } from '../ground/fault.ts';
import type { Issuer } from '../ground/issuer.ts';
import { issuerAt, listsAt } from '../ground/published-at.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';
import type { RandomBytes, Signer } from '../ground/signer.ts';
import { rootLifetimeMs, validityFrom } from '../ground/validity.ts';
import { decodeRequest } from '../issuing/decode-request.ts';
import { keyIdentifier } from '../issuing/leaf-template.ts';

/** Authorities that may stand between a root and a leaf: an issuing one, and during a rollover the next root above it. */
export const rootPathLength = 2;
/** The same below the certificate that a root gives the next one. */
export const crossPathLength = 1;

/**
 * The name of a root. The first one has no number.
 * @param domain - the organisation's network, e.g. `contoso.example`
 * @param number - 1 for the one of the first ceremony, then 2, 3…
 */
export function rootName(domain: string, number: number): Name {
  return createName([
    { oid: oids.organizationName, value: domain },
    { oid: oids.commonName, value: number === 1 ? `${domain} Root CA` : `${domain} Root CA ${number}` },
  ]);
}

/** Options of {@link createNextRoot}. */
export interface NextRootOptions {
  /** The organisation's network. */
  readonly domain: string;
  /** 2 for the one after the first. */
  readonly number: number;
  /** The key of the new root. */
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Source of the serial number. */
  readonly random: RandomBytes;
}

/**
 * Creates the next root of a domain, self-signed: another key and another name than any root before it.
 * @param options - name, key, time and randomness
 * @returns the certificate, DER
 * @see RFC 5280 §4.2.1.9
 */
export async function createNextRoot(options: NextRootOptions): Promise<Uint8Array> {
  checkOptions(options, ['domain', 'number', 'signer', 'now', 'random'], [], 'createNextRoot');
  const { domain, now, number, random, signer } = options;
  const name = rootName(domain, number);
  const publicKey = await publicKeyOf(signer, name);
  const algorithm = signatureAlgorithm(signer.scheme);
  const { notAfter, notBefore } = validityFrom(now, rootLifetimeMs);
  const toBeSigned = encodeTbsCertificate({
    serialNumber: drawSerialNumber(random),
    signatureAlgorithm: algorithm,
    issuer: name,
    subject: name,
    notBefore: notBefore.getTime(),
    notAfter: notAfter.getTime(),
    publicKey,
    extensions: [
      basicConstraintsExtension({ cA: true, pathLength: rootPathLength }),
      keyUsageExtension({ keyCertSign: true, cRLSign: true }),
      subjectKeyIdExtension(keyIdentifier(publicKey.bits)),
    ],
  });
  return encodeCertificate(toBeSigned, algorithm, await signer.sign(toBeSigned));
}

/**
 * Whether a root may certify the next one: relying parties count authorities below it, and roots before this release allow one.
 * @param root - certificate of the root
 */
export function mayCrossCertify({ basicConstraints }: Pick<Certificate, 'basicConstraints'>): boolean {
  return (basicConstraints?.pathLength ?? rootPathLength) > crossPathLength;
}

/** Options of {@link crossCertify}. */
export interface CrossCertifyOptions {
  /** The root that is believed today, with its key. */
  readonly root: Issuer;
  /** Certificate of the next root. */
  readonly next: Certificate;
  /** Source of the serial number. */
  readonly random: RandomBytes;
  /** Bases of the plain HTTP addresses of the list of `root`; at least one. */
  readonly objectsUrls: readonly string[];
}

/**
 * Certifies the next root by the present one: a relying party that believes the present root alone then reaches everything that the next
 * one certifies. It has the name and the key of the next root, and ends with the first of the two.
 * @param options - both roots, randomness, addresses
 * @returns the certificate, DER
 * @see RFC 5280 §3.2, §4.2.1.9, §4.2.1.13
 */
export async function crossCertify(options: CrossCertifyOptions): Promise<Uint8Array> {
  checkOptions(options, ['root', 'next', 'random', 'objectsUrls'], [], 'crossCertify');
  const { next, objectsUrls, random, root } = options;
  const algorithm = signatureAlgorithm(root.signer.scheme);
  const toBeSigned = encodeTbsCertificate({
    serialNumber: drawSerialNumber(random),
    signatureAlgorithm: algorithm,
    issuer: root.certificate.subject,
    subject: next.subject,
    notBefore: Math.max(next.notBefore, root.certificate.notBefore),
    notAfter: Math.min(next.notAfter, root.certificate.notAfter),
    publicKey: next.publicKey,
    extensions: [
      basicConstraintsExtension({ cA: true, pathLength: crossPathLength }),
      keyUsageExtension({ keyCertSign: true, cRLSign: true }),
      subjectKeyIdExtension(keyIdentifier(next.publicKey.bits)),
      authorityKeyIdExtension({ keyId: root.certificate.subjectKeyId }),
      listsAt(objectsUrls, root.id, 0),
      issuerAt(objectsUrls, root.id),
    ],
  });
  return encodeCertificate(toBeSigned, algorithm, await root.signer.sign(toBeSigned));
}

/**
 * Reads a certificate that was just signed.
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where the signer gave something else
 */
export function decodeSigned(der: Uint8Array, place: string): Certificate {
  const decoded = decodeCertificate(der);
  if (decoded.ok) return decoded.value;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `the certificate that was just signed is malformed: ${decoded.error.message}`,
    place,
    remedy: 'sign again; if that fails too, use a key that entente ca root prepare has created',
  });
}

/** The key of a signer in parts: a request is the form in which its encoding is read. */
async function publicKeyOf(signer: Signer, subject: Name): Promise<SubjectPublicKeyInfo> {
  const info = encodeRequestInfo({ subject, publicKey: { der: signer.publicKey } });
  const algorithm = signatureAlgorithm(signer.scheme);
  const decoded = decodeRequest(encodeCertificationRequest(info, algorithm, await signer.sign(info)));
  if (!('reason' in decoded)) return decoded.publicKey;
  throw new PkiFault('ENTENTE_PKI_KEY_UNSUPPORTED', {
    sentence: decoded.message,
    place: 'key of the new root',
    remedy: 'use a key of P-256, P-384 or RSA',
  });
}
