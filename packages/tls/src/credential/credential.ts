import type { Certificate } from '@entente/x509';

/** A certificate chain and its private key; the key was checked to belong to the leaf. */
export interface KeyMaterial {
  /** PEM, leaf first, then the intermediates; peers receive all of it. */
  readonly certificatePem: string;
  /** PEM with a key in PKCS#8, SEC 1 or PKCS#1, not encrypted. */
  readonly keyPem: string;
  /** The leaf, decoded. */
  readonly leaf: Certificate;
}

/** Where certificate and key are, in PEM. */
export interface PemSource {
  /** Leaf first, then intermediates: PEM text, or the path of a PEM file. */
  readonly certificate: string;
  /** PEM text, or the path of a PEM file. */
  readonly key: string;
  /** Of the key, where it is encrypted. */
  readonly passphrase?: string;
  /** Absent: certificate and key are in PEM, not in one file. */
  readonly pkcs12?: never;
}

/** Where certificate and key are, in one PKCS#12 file (`.p12`, `.pfx`). */
export interface Pkcs12Source {
  /** The file's DER, or its path. Its root is not presented. @see RFC 7292 */
  readonly pkcs12: string | Uint8Array;
  /** Of the file. Default: an empty one. */
  readonly passphrase?: string;
  /** Absent: the certificates are in the PKCS#12 file. */
  readonly certificate?: never;
  /** Absent: the key is in the PKCS#12 file. */
  readonly key?: never;
}

/** Where certificate and key are. */
export type CredentialSource = PemSource | Pkcs12Source;

/** Something that says what this side presents, and when it is replaced: a {@link Credential}, or the identity of a private CA. */
export type IdentitySource = Pick<Credential, 'current' | 'onChange'>;

/**
 * What this side presents in handshakes. After a replacement the listeners and clients that use it present the new certificate
 * from the next handshake on; open connections stay open.
 */
export interface Credential {
  /** What is presented now. */
  readonly current: KeyMaterial;
  /**
   * Presents another certificate from the next handshake on. Where this throws, the current one stays.
   * @param source - certificate and key, as for `loadCredential`
   * @throws TlsFault with the codes of `loadCredential`
   */
  replace(source: CredentialSource): Promise<void>;
  /**
   * @param listener - called after each replacement
   * @returns a function that removes the listener
   */
  onChange(listener: (material: KeyMaterial) => void): () => void;
  /** Stops watching files. */
  [Symbol.asyncDispose](): Promise<void>;
}
