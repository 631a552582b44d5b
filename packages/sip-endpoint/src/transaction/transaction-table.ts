/** Puts after which the map is renewed, at least: fewer than a server makes between two scavenges. */
const minPuts = 512;

/**
 * Transactions by key: a `Map` that is replaced by a copy every now and then. When V8 grows or cleans a map it leaves the old
 * table behind, with its entries and a link to the new one. Once one such table is garbage in the old generation, all later
 * tables hang from it, and every transaction outlives each scavenge until the next full collection: a quarter of the
 * processor's time under load. A copy has no link from before.
 */
export class TransactionTable<T> {
  #byKey = new Map<string, T>();
  #puts = 0;

  /** How many there are. */
  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  /** Puts one in; what was there under the same key is forgotten. */
  set(key: string, transaction: T): void {
    // Four puts or more for each entry copied: the more there are, the rarer.
    if (++this.#puts > Math.max(minPuts, 4 * this.#byKey.size)) {
      this.#byKey = new Map(this.#byKey);
      this.#puts = 0;
    }
    this.#byKey.set(key, transaction);
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  /** All of them; a copy. */
  values(): readonly T[] {
    return [...this.#byKey.values()];
  }
}
