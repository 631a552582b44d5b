/** Full copies that a server gets one after the other: a start takes two, because its return is noticed here and it asks by itself. */
const atOnce = 4;
/** Milliseconds after which it may have one more: a full copy of a large pool takes seconds of the processor. */
const oneMoreMs = 30_000;

/** How many full copies another server may cause. It decides how often it asks, and whether it takes what it gets. */
export class FullCopyAllowance {
  #left = atOnce;
  /** Since when the next one grows, milliseconds. */
  #since = 0;

  /**
   * Takes one full copy.
   * @param now - milliseconds, never set back
   * @returns whether there was one left
   */
  take(now: number): boolean {
    const grown = Math.floor((now - this.#since) / oneMoreMs);
    if (grown > 0) {
      this.#left = Math.min(this.#left + grown, atOnce);
      this.#since += grown * oneMoreMs;
    }
    if (this.#left === 0) return false;
    if (this.#left === atOnce) this.#since = now;
    this.#left--;
    return true;
  }

  /** Nothing of it was sent but the first message. */
  giveBack(): void {
    this.#left = Math.min(this.#left + 1, atOnce);
  }
}
