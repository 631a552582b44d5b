/** How many failures a plugin may have in a time. */
export interface ErrorBudgetOptions {
  /** Failures that are borne; the next one uses the budget up. */
  readonly failures: number;
  /** Milliseconds after which a failure is forgotten. */
  readonly withinMs: number;
  /** Milliseconds, from any start; never goes back. */
  readonly now: () => number;
}

/** Counts failures, and says when they are too many. */
export class ErrorBudget {
  readonly #options: ErrorBudgetOptions;
  #failures: number[] = [];

  /** @param options - how many, in which time */
  constructor(options: ErrorBudgetOptions) {
    this.#options = options;
  }

  /**
   * Counts a failure.
   * @returns whether the budget is used up
   */
  spend(): boolean {
    const { failures, now, withinMs } = this.#options;
    const since = now() - withinMs;
    this.#failures = [...this.#failures.filter((at) => at > since), now()].slice(-failures - 1);
    return this.#failures.length > failures;
  }
}
