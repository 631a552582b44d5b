import type { Certificate } from '@entente/x509';
import { type LeafNames, leafNames } from '../identity/leaf-names.ts';
import type { PathState } from '../path/path-state.ts';

/** A leaf, and what was verified about it that does not depend on the question: it can be kept for its next connection. */
export class LeafState {
  readonly certificate: Certificate;
  #above: PathState | undefined = undefined;
  #chain: readonly Certificate[] = [];
  #names: LeafNames | undefined = undefined;

  constructor(certificate: Certificate) {
    this.certificate = certificate;
  }

  /** State of the issuer below which it has passed every check of the last certificate of a path; undefined before. */
  get above(): PathState | undefined {
    return this.#above;
  }

  /** The leaf and the certificates above it, the anchor not included: one list for all its connections. */
  get chain(): readonly Certificate[] {
    return this.#chain;
  }

  /** The names that count as identities. */
  get names(): LeafNames {
    this.#names ??= leafNames(this.certificate);
    return this.#names;
  }

  /** @param above - state of the issuer below which it has passed */
  passed(above: PathState): void {
    this.#above = above;
    this.#chain = Object.freeze([this.certificate, ...above.issuers]);
  }
}
