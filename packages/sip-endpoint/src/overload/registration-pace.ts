/** Bounds of what clients are told that have to register later. */
export interface RegistrationPaceRules {
  /** Registrations a second that are counted on at least, 1 or more. */
  readonly leastPerSecond: number;
  /** Seconds within which all are to come back, at most. */
  readonly maxSeconds: number;
}

/** 200 a second at least, and 30 seconds at most. */
export const defaultRegistrationPaceRules: RegistrationPaceRules = { leastPerSecond: 200, maxSeconds: 30 };

/**
 * When clients are to come back whose REGISTER is refused because many come at once: spread at random over as long as it takes to register
 * all of them at the rate that was reached lately.
 */
export class RegistrationPace {
  readonly #rules: RegistrationPaceRules;
  /** Clients that were told to come back, less those for whom there was time since. */
  #waiting = 0;
  #at = Number.NEGATIVE_INFINITY;
  #taken = 0;
  #perSecond: number;
  #windowEnds = Number.NEGATIVE_INFINITY;

  /** @param rules - bounds */
  constructor(rules: RegistrationPaceRules = defaultRegistrationPaceRules) {
    this.#rules = rules;
    this.#perSecond = rules.leastPerSecond;
  }

  /**
   * A REGISTER is taken.
   * @param now - milliseconds, never set back
   */
  taken(now: number): void {
    this.#passed(now);
    this.#taken++;
  }

  /**
   * A REGISTER is refused.
   * @param now - milliseconds, never set back
   * @param random - 0 up to 1
   * @returns whole seconds for Retry-After, 1 or more
   */
  retryAfter(now: number, random: number): number {
    this.#passed(now);
    this.#waiting++;
    const seconds = Math.ceil(this.#waiting / this.#perSecond);
    return 1 + Math.floor(random * Math.min(seconds, this.#rules.maxSeconds));
  }

  #passed(now: number): void {
    if (now >= this.#windowEnds) {
      const { leastPerSecond } = this.#rules;
      // A window in which nothing came says nothing of what is possible.
      if (this.#taken > 0) this.#perSecond = Math.max(leastPerSecond, this.#taken);
      this.#taken = 0;
      this.#windowEnds = now + 1_000;
    }
    const seconds = Math.max(0, now - this.#at) / 1_000;
    this.#waiting = Math.max(0, this.#waiting - seconds * this.#perSecond);
    this.#at = now;
  }
}
