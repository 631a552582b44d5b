import type { LeafState } from './leaf-state.ts';

/** Leaves of each of the two generations. */
const mostLeaves = 512;
/** Octets of the leaves of each of the two, so that large ones of one CA cannot fill the memory. */
const mostBytes = 1_024 * 1_024;
/** A larger leaf is read and verified at every verdict. */
const mostBytesOfLeaf = 16_384;

/**
 * The leaves that a judge has accepted, by their octets. A peer connects again with the same certificate many times: the certificate
 * is then not read again, and its signature is not verified again. Time, purpose, revocation, the limits of the anchor, identity and
 * authorisation are checked at every verdict.
 */
export class KnownLeaves {
  // Two generations: what was not asked for while the younger one filled up is forgotten with the older one.
  #younger = new Map<string, LeafState>();
  #older = new Map<string, LeafState>();
  /** Of the younger one. */
  #bytes = 0;

  /**
   * @param der - DER of a leaf
   * @returns what was remembered about exactly these octets
   */
  of(der: Uint8Array): LeafState | undefined {
    if (this.#younger.size === 0) return undefined;
    const key = keyOf(der);
    const known = this.#younger.get(key);
    if (known !== undefined) return known;
    const older = this.#older.get(key);
    if (older !== undefined) this.#put(key, older);
    return older;
  }

  /** Remembers a leaf that was accepted. */
  remember(leaf: LeafState): void {
    const { der } = leaf.certificate;
    if (der.length <= mostBytesOfLeaf) this.#put(keyOf(der), leaf);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#younger.clear();
    this.#older.clear();
    this.#bytes = 0;
  }

  #put(key: string, leaf: LeafState): void {
    if (this.#younger.size >= mostLeaves || this.#bytes + key.length > mostBytes) {
      this.#older = this.#younger;
      this.#younger = new Map();
      this.#bytes = 0;
    }
    this.#bytes += key.length;
    this.#younger.set(key, leaf);
  }
}

function keyOf(der: Uint8Array): string {
  return Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1');
}
