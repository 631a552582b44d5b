/** Runs one task at a time: a call during a run schedules one more run, and every caller waits for the last one. */
export class SingleFlight {
  readonly #task: () => Promise<void>;
  readonly #signal: AbortSignal;
  #running: Promise<void> | undefined;
  #again = false;

  /**
   * @param task - must not reject
   * @param signal - once aborted, no further run begins
   */
  constructor(task: () => Promise<void>, signal: AbortSignal) {
    this.#task = task;
    this.#signal = signal;
  }

  /** @returns when no run is under way or scheduled any more */
  run(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#loop().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Waits for the run that is under way, if there is one. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #loop(): Promise<void> {
    do {
      if (this.#signal.aborted) return;
      this.#again = false;
      await this.#task();
    } while (this.#again);
  }
}
