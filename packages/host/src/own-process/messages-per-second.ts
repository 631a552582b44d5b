/** What may come in a second. */
export interface SecondLimits {
  readonly messages: number;
  readonly characters: number;
}

const secondMs = 1_000;

/** Counts messages and their characters, and says when they are too many for a second. */
export class SecondBudget {
  readonly #limits: SecondLimits;
  readonly #now: () => number;
  #messages = 0;
  #characters = 0;
  #since: number;

  /**
   * @param limits - of each second
   * @param now - milliseconds, from any start; never goes back
   */
  constructor(limits: SecondLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#since = now();
  }

  /**
   * Counts a message.
   * @param characters - of it
   * @returns whether it is one too many
   */
  spend(characters: number): boolean {
    const now = this.#now();
    if (now - this.#since > secondMs) {
      this.#since = now;
      this.#messages = 0;
      this.#characters = 0;
    }
    this.#characters += characters;
    return ++this.#messages > this.#limits.messages || this.#characters > this.#limits.characters;
  }
}
