/** A clock that moves only when a test says so. Work that it starts is waited for. */
export class StepClock {
  time: number;
  readonly #waiting = new Set<{ readonly at: number; readonly delayMs: number; readonly run: () => void }>();

  /** @param start - milliseconds since 1970 */
  constructor(start: number) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.time + delayMs, delayMs, run };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /**
   * Moves on, and runs what is due.
   * @param ms - milliseconds
   * @returns once the periodic work that was due has ended: it then waits for its next time
   */
  async advance(ms: number): Promise<void> {
    const before = this.#periodic();
    this.time += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.at <= this.time && this.#waiting.delete(entry)) entry.run();
    }
    while (this.#periodic() < before) await new Promise((resolve) => setImmediate(resolve));
  }

  /** How many timers wait that are set again after each run. */
  #periodic(): number {
    return [...this.#waiting].filter(({ delayMs }) => periods.includes(delayMs)).length;
  }
}

/** Of the upkeep of an authority, and of its trust state, milliseconds. */
const periods: readonly number[] = [15_000, 60_000];
