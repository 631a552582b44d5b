/**
 * Time as an argument: the current time, and a timer. Tests pass a clock that they move.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Runs something later, once.
   * @param delayMs - milliseconds from now, at least 0
   * @param run - what to run
   * @returns a function that cancels it
   */
  after(delayMs: number, run: () => void): () => void;
}

/** setTimeout takes a longer delay as 1 millisecond. */
const longestDelayMs = 2_147_483_647;

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), longestDelayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
