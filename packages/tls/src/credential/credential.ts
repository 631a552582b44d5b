import type { Certificate } from '@entente/x509';

/** A certificate chain with its key, checked to fit each other. */
export interface KeyMaterial {
  /** Leaf first, then the intermediates that peers are sent. PEM. */
  readonly certificatePem: string;
  /** PKCS#8, SEC 1 or PKCS#1, PEM. */
  readonly keyPem: string;
  /** The leaf, read. */
  readonly leaf: Certificate;
}

/** Where certificate and key come from: PEM text, or the path of a PEM file. */
export interface CredentialSource {
  /** Leaf first, then intermediates: PEM text, or the path of a PEM file. */
  readonly certificate: string;
  /** PEM text, or the path of a PEM file. */
  readonly key: string;
}

/**
 * Who we are on the wire. Servers and clients that hold it present the new certificate from the next handshake on after it
 * was replaced; connections that are open stay open.
 */
export interface Credential {
  /** What is presented now. */
  readonly current: KeyMaterial;
  /**
   * Presents another certificate from now on. On a fault the old one stays.
   * @param source - certificate and key, as for `loadCredential`
   * @throws TlsFault as `loadCredential`
   */
  replace(source: CredentialSource): Promise<void>;
  /**
   * @param listener - called after each replacement
   * @returns stops it
   */
  onChange(listener: (material: KeyMaterial) => void): () => void;
  /** Stops watching files, where it does. */
  [Symbol.asyncDispose](): Promise<void>;
}
