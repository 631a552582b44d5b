import type { Certificate, CertificateNames } from '@entente/x509';

/** What a service presents: its certificates and its key. */
export interface ServiceMaterial {
  /** PEM, leaf first, then the issuing authority. */
  readonly certificatePem: string;
  /** PKCS#8 PEM, not encrypted: it is in memory alone. */
  readonly keyPem: string;
  /** The leaf, decoded. */
  readonly leaf: Certificate;
}

/** Where the same is on disk, for a program that has no other way. */
export interface ServiceFiles {
  /** PEM, leaf first. */
  readonly certificate: string;
  /** PKCS#8 PEM, encrypted where the authority has a passphrase; mode 0600. */
  readonly key: string;
}

/**
 * The identity of a service, renewed by the authority as long as this is open: what `serve`, `connect`, `agent` and `dispatcher` of
 * `@entente/tls` take as `identity`.
 */
export interface ServiceIdentity {
  /** The first name. */
  readonly name: string;
  /** What is presented now. */
  readonly current: ServiceMaterial;
  /** Where each renewal puts it on disk; the paths stay the same. */
  readonly files: ServiceFiles;
  /**
   * @param listener - called after each renewal
   * @returns a function that removes the listener
   */
  onChange(listener: (material: ServiceMaterial) => void): () => void;
}

/** An identity whose material its authority replaces. */
export class LiveIdentity implements ServiceIdentity {
  readonly name: string;
  readonly files: ServiceFiles;
  /** With which it is renewed. */
  names: CertificateNames;
  #current: ServiceMaterial;
  readonly #listeners = new Set<(material: ServiceMaterial) => void>();

  constructor(name: string, files: ServiceFiles, names: CertificateNames, current: ServiceMaterial) {
    this.name = name;
    this.files = files;
    this.names = names;
    this.#current = current;
  }

  get current(): ServiceMaterial {
    return this.#current;
  }

  onChange(listener: (material: ServiceMaterial) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Presents another certificate from now on. */
  replace(material: ServiceMaterial): void {
    if (material.certificatePem === this.#current.certificatePem) return;
    this.#current = material;
    for (const listener of [...this.#listeners]) listener(material);
  }
}
