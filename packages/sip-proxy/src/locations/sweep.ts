/** A pass over a map in parts, each of which goes on where the one before ended: a pass over all would keep requests waiting. */
export class Sweep<Key, Value> {
  readonly #map: ReadonlyMap<Key, Value>;
  #rest: Iterator<readonly [Key, Value]> | undefined;

  /** @param map - may change between two parts, and by a visit */
  constructor(map: ReadonlyMap<Key, Value>) {
    this.#map = map;
  }

  /**
   * Visits the next entries; behind the last one the pass begins again the next time.
   * @param count - entries to look at, 1 or more
   * @param visit - called for each
   */
  some(count: number, visit: (key: Key, value: Value) => void): void {
    this.#rest ??= this.#map[Symbol.iterator]();
    for (let i = 0; i < count; i++) {
      const next = this.#rest.next();
      if (next.done === true) {
        this.#rest = undefined;
        return;
      }
      visit(...next.value);
    }
  }
}
