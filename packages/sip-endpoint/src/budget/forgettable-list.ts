/** Something that is kept as long as there is room for it. */
export interface Forgettable {
  /** Kept by the list. */
  older: Forgettable | undefined;
  newer: Forgettable | undefined;
  /** Ends it before its time. */
  forget(): void;
}

/** What is kept as long as there is room for it, in the order in which it came; each of it may go at any time. */
export class ForgettableList {
  #oldest: Forgettable | undefined = undefined;
  #newest: Forgettable | undefined = undefined;

  /** @param item - is in no list */
  add(item: Forgettable): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
  }

  /** Takes one out; what is not in is ignored. */
  remove(item: Forgettable): void {
    const { newer, older } = item;
    if (older === undefined) {
      if (this.#oldest !== item) return;
      this.#oldest = newer;
    } else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    item.older = undefined;
    item.newer = undefined;
  }

  /**
   * Ends what is oldest.
   * @returns false where nothing was left
   */
  forgetOldest(): boolean {
    const oldest = this.#oldest;
    if (oldest === undefined) return false;
    this.remove(oldest);
    oldest.forget();
    return true;
  }
}
