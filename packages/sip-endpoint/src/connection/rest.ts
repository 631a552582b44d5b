/** Requests of a client that may lead to nothing within a second, before no more of them are read. */
const failuresPerSecond = 64;
const mostRestSeconds = 16;

/**
 * How long a client is not read from whose requests lead to nothing: 1 s at first, twice as long each time that it goes on, and half of
 * that with each second in which it does not.
 */
export class Rest {
  /** Requests that have led to nothing since the last second. */
  #failures = 0;
  /** How long the last rest is or was, and how much of it has passed. */
  #seconds = 0;
  #rested = 0;

  /** Whether the client is not read from. */
  get isResting(): boolean {
    return this.#failures >= failuresPerSecond;
  }

  /** Whether it rests, or has done so a short time ago. */
  get isOnProbation(): boolean {
    return this.#seconds > 0;
  }

  /**
   * A request has led to nothing.
   * @returns whether a rest begins with it
   */
  failed(): boolean {
    if (++this.#failures !== failuresPerSecond) return false;
    this.#rested = 0;
    this.#seconds = Math.min(Math.max(1, 2 * this.#seconds), mostRestSeconds);
    return true;
  }

  /** A second has passed. */
  tick(): void {
    if (!this.isResting) {
      this.#failures = 0;
      this.#seconds >>= 1;
    } else if (++this.#rested >= this.#seconds) this.#failures = 0;
  }
}
