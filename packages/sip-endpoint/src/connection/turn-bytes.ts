/** Bytes that are copied to one place in a turn; what comes beyond that has memory of its own. */
const slabBytes = 4_194_304;

/**
 * Bytes that wait for the end of a turn, in one place that each turn uses again. Where they were read, the next ones are put. In memory of their own, outside
 * the heap, thousands that wait at once would outlive the collections of young garbage, and be freed with all of the heap alone.
 */
export class TurnBytes {
  #slab: Buffer | undefined;
  #used = 0;

  /**
   * Copies bytes for as long as {@link clear} is not called.
   * @param bytes - that have come
   * @returns the copy
   */
  copy(bytes: Uint8Array): Uint8Array {
    const at = this.#used;
    const end = at + bytes.length;
    if (end > slabBytes) return Buffer.from(bytes);
    this.#slab ??= Buffer.allocUnsafeSlow(slabBytes);
    this.#slab.set(bytes, at);
    this.#used = end;
    return this.#slab.subarray(at, end);
  }

  /** Nobody reads any more what was copied. */
  clear(): void {
    this.#used = 0;
  }
}
