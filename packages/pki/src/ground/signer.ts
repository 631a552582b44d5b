/** The signature algorithms of a certification authority. */
export type SignatureScheme =
  | 'ecdsa-with-sha256'
  | 'ecdsa-with-sha384'
  | 'ecdsa-with-sha512'
  | 'rsa-pkcs1-sha256'
  | 'ed25519';

/**
 * A key of an authority, wherever it is stored: in a file, a module, a service. The library never sees the private half.
 * `keySigner` of `@entente/pki/node` creates one from a `KeyObject`.
 */
export interface Signer {
  /** Algorithm of its signatures; it fits the key and stays the same. */
  readonly scheme: SignatureScheme;
  /** SubjectPublicKeyInfo, DER, of the public half. */
  readonly publicKey: Uint8Array;
  /**
   * Signs.
   * @param bytes - what to sign, not hashed
   * @returns the signature in the form of certificates: DER for ECDSA, raw for the others
   */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A source of cryptographically strong random bytes; `randomBytes` of node:crypto fits. */
export type RandomBytes = (length: number) => Uint8Array;

/** Current time in milliseconds since 1970; `Date.now` fits. */
export type Clock = () => number;
