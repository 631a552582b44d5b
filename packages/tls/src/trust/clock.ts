/**
 * Time as an argument: what the time is, and being woken later. Tests pass a clock that they move themselves.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Runs something later, once.
   * @param delayMs - milliseconds from now, at least 0
   * @param run - what to run
   * @returns cancels it
   */
  after(delayMs: number, run: () => void): () => void;
}

/** setTimeout turns anything longer into one millisecond. */
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
