/** Milliseconds for which something must have been due. */
export const dayOfLooksMs = 86_400_000;
/** What counts at most of the time from one look to the next, milliseconds: a clock that jumps ahead makes it no longer. */
const mostCountedMs = 3_600_000;

/**
 * Waits with what cannot be undone until no wrong clock can be the reason for it: it must have been due at every look for a day, of which a jump
 * of the clock is an hour at most. A restart forgets what has been waited for, and waits from the beginning.
 */
export class DayOfLooks<T> {
  /** Milliseconds for which each has been due. */
  readonly #dueFor = new Map<T, number>();
  #lookedAt: number | undefined;

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
      if (dueFor >= dayOfLooksMs) waited.add(one);
    }
    return waited;
  }
}
