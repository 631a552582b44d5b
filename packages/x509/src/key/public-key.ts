import type { AlgorithmIdentifier } from './algorithm.ts';

/** Kinds of key; `ec-other` is a curve that is not one of the three of NIST, `other` an unknown algorithm. */
export type KeyKind =
  | 'rsa'
  | 'rsa-pss'
  | 'ec-p256'
  | 'ec-p384'
  | 'ec-p521'
  | 'ec-other'
  | 'ed25519'
  | 'ed448'
  | 'dsa'
  | 'other';

/**
 * A public key.
 * @see RFC 5280 §4.1.2.7, RFC 8017 A.1, RFC 5480, RFC 8410
 */
export interface SubjectPublicKeyInfo {
  /** The whole SEQUENCE: what `createPublicKey({ format: 'der', type: 'spki' })` takes. */
  readonly der: Uint8Array;
  /** Algorithm and parameters, e.g. the curve, as they are in the input. */
  readonly algorithm: AlgorithmIdentifier;
  /** The key itself, without the count of unused bits: the input of hashes that identify keys. */
  readonly bits: Uint8Array;
  /** From the algorithm and, for id-ecPublicKey, the named curve. */
  readonly kind: KeyKind;
  /** Bits of the modulus (RSA, DSA's p when present) or of the curve; 0 when the algorithm is unknown. */
  readonly sizeBits: number;
}
