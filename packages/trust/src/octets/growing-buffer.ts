const leastOctets = 512;

/**
 * Octets of a body that comes in parts, in one piece of memory that grows by doubling as they come. A list of the parts would take a hundred octets and
 * more for each, and it is the sender who decides how many there are.
 */
export class GatheredOctets {
  readonly #max: number;
  #octets = new Uint8Array();
  #length = 0;

  /** @param max - most octets that are kept */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /**
   * Copies a part.
   * @param part - the next one; the caller may use its memory again
   * @returns false where there would be more than are kept: the part is not added
   */
  add(part: Uint8Array): boolean {
    const length = this.#length + part.length;
    if (length > this.#max) return false;
    if (length > this.#octets.length) {
      const size = Math.min(Math.max(length, this.#octets.length * 2, leastOctets), this.#max);
      const grown = new Uint8Array(size);
      grown.set(this.#octets.subarray(0, this.#length));
      this.#octets = grown;
    }
    this.#octets.set(part, this.#length);
    this.#length = length;
    return true;
  }

  /** All that were added, in their order. */
  whole(): Uint8Array {
    return this.#octets.subarray(0, this.#length);
  }
}
