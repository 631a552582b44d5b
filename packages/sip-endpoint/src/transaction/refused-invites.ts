const slots = 4_096;

/**
 * Remembers which INVITEs were refused without a transaction, so that their ACKs are known for what they are: a number for each of the
 * last few thousand, in a table that never grows. An ACK that is forgotten counts as one for a 2xx, which leads nowhere.
 */
export class RefusedInvites {
  readonly #hashes = new Int32Array(slots);

  /** @param key - of the INVITE's server transaction */
  add(key: string): void {
    const hash = hashOf(key);
    this.#hashes[hash & (slots - 1)] = hash;
  }

  /** @param key - of an ACK's server transaction */
  has(key: string): boolean {
    const hash = hashOf(key);
    return this.#hashes[hash & (slots - 1)] === hash;
  }
}

/** FNV-1a, never 0: that is an empty slot. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return hash | 0 || 1;
}
