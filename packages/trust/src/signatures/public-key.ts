import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type Certificate, DerWriter, oids, type SubjectPublicKeyInfo, TAG } from '@entente/x509';

/** A key that verifies signatures. */
export interface VerificationKey {
  readonly info: SubjectPublicKeyInfo;
  /** Undefined where the platform cannot load the key. */
  readonly object: KeyObject | undefined;
  /** Cost of one verification in units of one P-256 verification, for the budget. */
  readonly price: number;
}

const keys = new WeakMap<SubjectPublicKeyInfo, VerificationKey>();

/**
 * The verification key of a certificate, created once.
 *
 * @param certificate - whose key it is
 * @param issuerKey - key of the certificate above, from which a DSA key may inherit its parameters (RFC 5280 §6.1.4 (e))
 */
export function verificationKey(
  certificate: Pick<Certificate, 'publicKey'>,
  issuerKey?: VerificationKey,
): VerificationKey {
  const info = certificate.publicKey;
  if (info.kind === 'dsa' && info.algorithm.parameters === undefined && issuerKey !== undefined) {
    return load(info, inherit(info, issuerKey));
  }
  const known = keys.get(info);
  if (known !== undefined) return known;
  const made = load(info, info.der);
  keys.set(info, made);
  return made;
}

function load(info: SubjectPublicKeyInfo, der: Uint8Array): VerificationKey {
  return { info, object: loadKey(info, der), price: priceOf(info) };
}

/**
 * Loads a key in the fastest way: OpenSSL's general decoder (`spki`) takes 85 µs for any key, twice a P-256 verification, while
 * PKCS#1 takes 3 µs and a P-256 point 44 µs. Each way checks the key equally well.
 */
function loadKey(info: SubjectPublicKeyInfo, der: Uint8Array): KeyObject | undefined {
  const { bits } = info;
  try {
    if (info.kind === 'rsa') return createPublicKey({ key: bufferOf(bits), format: 'der', type: 'pkcs1' });
    if (info.kind === 'ed25519')
      return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(bits, 0, bits.length) });
    if (info.kind === 'ec-p256' && bits.length === 65 && bits[0] === 4) {
      return fromJwk({ kty: 'EC', crv: 'P-256', x: base64url(bits, 1, 33), y: base64url(bits, 33, 65) });
    }
    return createPublicKey({ key: bufferOf(der), format: 'der', type: 'spki' });
  } catch {
    // Well-formed DER that is not a key: a point off its curve, an even modulus. Nothing verifies with it.
    return undefined;
  }
}

function fromJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function base64url(bytes: Uint8Array, from: number, to: number): string {
  return bufferOf(bytes).toString('base64url', from, to);
}

/** The cost of one verification relative to P-256, measured on OpenSSL 3. */
function priceOf(info: SubjectPublicKeyInfo): number {
  switch (info.kind) {
    case 'ec-p384':
    case 'ed448':
      return 8;
    case 'ec-p521':
      return 18;
    case 'ec-other':
      // Binary curves are among them, and their implementation is slow.
      return 40;
    case 'ed25519':
      return 2;
    case 'dsa':
      return Math.max(4, Math.ceil(4 * (info.sizeBits / 2048) ** 2));
    default:
      return Math.max(1, Math.ceil((info.sizeBits / 2048) ** 2));
  }
}

/** The key's DER with the parameters of the issuer's key inserted. */
function inherit(info: SubjectPublicKeyInfo, issuerKey: VerificationKey): Uint8Array {
  const { parameters, oid } = issuerKey.info.algorithm;
  if (oid !== oids.dsa || parameters === undefined) return info.der;
  const writer = new DerWriter();
  const key = writer.begin(TAG.SEQUENCE);
  writer.raw(issuerKey.info.algorithm.der);
  writer.bitString(info.bits);
  writer.end(key);
  return writer.toBytes();
}
