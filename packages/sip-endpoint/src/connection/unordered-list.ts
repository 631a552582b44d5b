/** What knows its place in an {@link UnorderedList}. */
export interface Placed {
  /** Kept by the list; -1 outside of it. */
  place: number;
}

/** A set for what comes and goes all the time: two array writes each, and nothing left behind (see `TransactionTable`). */
export class UnorderedList<T extends Placed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** @param item - is in no list */
  add(item: T): void {
    item.place = this.#items.length;
    this.#items.push(item);
  }

  /** Takes one out; what is not in is ignored. */
  remove(item: T): void {
    const { place } = item;
    if (this.#items[place] !== item) return;
    const last = this.#items.pop() as T;
    if (last !== item) {
      this.#items[place] = last;
      last.place = place;
    }
    item.place = -1;
  }

  /** A copy, which stays as it is when items go. */
  copy(): readonly T[] {
    return [...this.#items];
  }
}
