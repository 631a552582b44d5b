/** Requests to one target that may lead to nothing within a second. */
const failuresAtFirst = 32;
/** Requests that are carried to it within a second after a rest, and how many of them may lead to nothing before the next one. */
const requestsAfter = 8;
const mostRestSeconds = 16;

/**
 * For how long what a client sends to one target is refused at once, because it led to nothing: 1 s at first, twice as long each time that
 * it goes on, and half of that with each second in which it does not.
 */
export class Rest {
  /** Requests that have led to nothing since the last second. */
  #failures = 0;
  /** Requests that were carried since the last second, after a rest. */
  #carried = 0;
  #isResting = false;
  /** How long the last rest is or was, and how much of it has passed. */
  #seconds = 0;
  #rested = 0;

  /** Whether a request is refused at once; one that is not counts as carried. */
  refuses(): boolean {
    if (this.#isResting) return true;
    return this.#seconds > 0 && ++this.#carried > requestsAfter;
  }

  /** A request has led to nothing. What was under way when a rest began does not make it longer. */
  failed(): void {
    if (this.#isResting) return;
    if (++this.#failures < (this.#seconds === 0 ? failuresAtFirst : requestsAfter)) return;
    this.#failures = 0;
    this.#rested = 0;
    this.#isResting = true;
    this.#seconds = Math.min(Math.max(1, 2 * this.#seconds), mostRestSeconds);
  }

  /**
   * A second has passed.
   * @returns whether there is anything to remember
   */
  tick(): boolean {
    this.#carried = 0;
    if (this.#isResting) this.#isResting = ++this.#rested < this.#seconds;
    else {
      this.#failures = 0;
      this.#seconds >>= 1;
    }
    return this.#isResting || this.#seconds > 0;
  }
}
