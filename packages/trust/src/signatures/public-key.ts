import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Certificate, oids, type SubjectPublicKeyInfo } from '@entente/x509';

/** A key that signatures are checked with. */
export interface VerificationKey {
  readonly info: SubjectPublicKeyInfo;
  /** Undefined where the platform cannot load the key. */
  readonly object: KeyObject | undefined;
  /** Price of one verification in units of one P-256 verification, for the budget. */
  readonly price: number;
}

const keys = new WeakMap<SubjectPublicKeyInfo, VerificationKey>();

/**
 * The verification key of a certificate, made once.
 *
 * @param certificate - whose key it is
 * @param issuerKey - key of the certificate above, from which a DSA key may inherit its parameters (RFC 5280 §6.1.4 (e))
 */
export function verificationKey(certificate: Certificate, issuerKey?: VerificationKey): VerificationKey {
  const info = certificate.publicKey;
  if (info.algorithm.oid === oids.dsa && info.algorithm.parameters === undefined && issuerKey !== undefined) {
    return load(info, inherit(info, issuerKey));
  }
  const known = keys.get(info);
  if (known !== undefined) return known;
  const made = load(info, info.der);
  keys.set(info, made);
  return made;
}

function load(info: SubjectPublicKeyInfo, der: Uint8Array): VerificationKey {
  return { info, object: loadKey(der), price: priceOf(info) };
}

function loadKey(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({
      key: Buffer.from(der.buffer, der.byteOffset, der.length),
      format: 'der',
      type: 'spki',
    });
  } catch {
    // Well-formed DER that is no key: a point off its curve, an even modulus. Nothing verifies with it.
    return undefined;
  }
}

/** Measured on OpenSSL 3: what one verification costs beside P-256. */
function priceOf(info: SubjectPublicKeyInfo): number {
  switch (info.kind) {
    case 'ec-p384':
    case 'ec-p521':
    case 'ec-other':
    case 'ed448':
      return 8;
    case 'ed25519':
      return 2;
    case 'dsa':
      return 4;
    default:
      return Math.max(1, Math.ceil((info.sizeBits / 2048) ** 2));
  }
}

/** The key's DER with the parameters of the issuer's key put in. */
function inherit(info: SubjectPublicKeyInfo, issuerKey: VerificationKey): Uint8Array {
  const { parameters, oid } = issuerKey.info.algorithm;
  if (oid !== oids.dsa || parameters === undefined) return info.der;
  const identifier = issuerKey.info.algorithm.der;
  const bits = tlv(0x03, Buffer.concat([Buffer.of(0), info.bits]));
  return tlv(0x30, Buffer.concat([identifier, bits]));
}

function tlv(tag: number, contents: Buffer): Buffer {
  const { length } = contents;
  const header =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.concat([header, contents]);
}
