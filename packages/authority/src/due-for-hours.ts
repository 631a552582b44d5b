/** Milliseconds for which something must have been due: less than a night, so that also one that is started each morning gets there. */
export const hoursOfLooksMs = 21_600_000;
/** What counts at most of the time from one look to the next, milliseconds: a clock that jumps ahead makes it no longer. */
const mostCountedMs = 900_000;

/**
 * Waits with what cannot be undone until no wrong clock can be the reason for it: it must have been due at every look for some hours, of
 * which a jump of the clock is a quarter of one at most. A restart forgets what has been waited for, and waits from the beginning.
 */
export class HoursOfLooks<T> {
  /** Milliseconds for which each has been due. */
  readonly #dueFor = new Map<T, number>();
  readonly #neededMs: number;
  #lookedAt: number | undefined;

  /** @param neededMs - for which one must have been due, milliseconds. Default: six hours */
  constructor(neededMs: number = hoursOfLooksMs) {
    this.#neededMs = neededMs;
  }

  /**
   * Notes what is due now. What is not due any more begins from the beginning when it is due again.
   * @param due - all of it
   * @param now - milliseconds since 1970
   * @returns what of it has waited long enough
   */
  look(due: ReadonlySet<T>, now: number): ReadonlySet<T> {
    const passed = Math.min(Math.max(now - (this.#lookedAt ?? now), 0), mostCountedMs);
    this.#lookedAt = now;
    for (const one of this.#dueFor.keys()) if (!due.has(one)) this.#dueFor.delete(one);
    const waited = new Set<T>();
    for (const one of due) {
      const before = this.#dueFor.get(one);
      const dueFor = before === undefined ? 0 : before + passed;
      this.#dueFor.set(one, dueFor);
      if (dueFor >= this.#neededMs) waited.add(one);
    }
    return waited;
  }

  /**
   * Milliseconds that one must still be due.
   * @param one - due at the last look, or not yet
   */
  remaining(one: T): number {
    return Math.max(this.#neededMs - (this.#dueFor.get(one) ?? 0), 0);
  }
}
