/** Bytes that are copied in one turn; what comes beyond that waits as it came. */
const slabBytes = 4_194_304;

/**
 * Bytes that wait for the end of a turn, in one place that each turn uses again. A TLS socket gives each record in memory of its own, outside the
 * heap: thousands that wait at once outlive the collections of young garbage, and are freed with all of the heap alone.
 */
export class TurnBytes {
  #slab: Buffer | undefined;
  #used = 0;

  /**
   * Copies bytes for as long as {@link clear} is not called.
   * @param bytes - that have come
   * @returns the copy; the bytes themselves where there is no room
   */
  copy(bytes: Uint8Array): Uint8Array {
    const at = this.#used;
    const end = at + bytes.length;
    if (end > slabBytes) return bytes;
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
