/** How much one key may do. */
export interface BudgetRules {
  /** At once, after a pause that is long enough. */
  readonly burst: number;
  /** Afterwards, each second. */
  readonly perSec: number;
  /** Keys that are remembered at most; of more, the one that has asked longest ago is forgotten. */
  readonly maxKeys: number;
}

interface Left {
  readonly tokens: number;
  readonly at: number;
}

/** A token bucket for each key, in bounded memory. */
export class Budget {
  readonly #rules: BudgetRules;
  readonly #left = new Map<string, Left>();

  /** @param rules - for each key */
  constructor(rules: BudgetRules) {
    this.#rules = rules;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#left.size;
  }

  /**
   * Takes from the budget of a key; where there is not enough, nothing is taken.
   * @param key - names the client whose budget it is
   * @param cost - 1 or more, at most the burst
   * @param now - milliseconds, of a clock that is never set
   * @returns seconds to wait; 0 where it was taken
   */
  take(key: string, cost: number, now: number): number {
    const { burst, maxKeys, perSec } = this.#rules;
    const before = this.#left.get(key);
    const tokens =
      before === undefined ? burst : Math.min(burst, before.tokens + ((now - before.at) / 1_000) * perSec);
    if (tokens < cost) return Math.ceil((cost - tokens) / perSec);
    this.#left.delete(key);
    if (this.#left.size >= maxKeys) {
      for (const oldest of this.#left.keys()) {
        this.#left.delete(oldest);
        break;
      }
    }
    this.#left.set(key, { tokens: tokens - cost, at: now });
    return 0;
  }
}
