const windowMs = 500;

/** What of one peer is refused at once, over all its connections: it costs little each time, and a processor where it comes by the ten thousand. */
export class RefusalShare {
  #cost = 0;
  #until = Number.NEGATIVE_INFINITY;

  /**
   * Something was refused.
   * @param cost - 1, or less of what one may get who does nothing wrong
   * @param most - that may be refused within half a second
   * @param now - milliseconds, never set back
   * @returns milliseconds for which nothing more is to be read from where it came; 0 within the share
   */
  take(cost: number, most: number, now: number): number {
    if (now >= this.#until) {
      this.#cost = 0;
      this.#until = now + windowMs;
    }
    this.#cost += cost;
    return this.#cost < most ? 0 : this.#until - now;
  }
}
