/** A clock that moves only when a test says so. Work that it starts is waited for. */
export class StepClock {
  time: number;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  /** @param start - milliseconds since 1970 */
  constructor(start: number) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.time + delayMs, run };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /**
   * Moves on, and runs what is due.
   * @returns once as many timers wait as before: periodic work has then ended, and waits for the next time
   */
  async advance(ms: number): Promise<void> {
    const before = this.#waiting.size;
    this.time += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.at <= this.time && this.#waiting.delete(entry)) entry.run();
    }
    while (this.#waiting.size < before) await new Promise((resolve) => setImmediate(resolve));
  }
}
