/**
 * A binary heap of deadlines: the next one is read at once, adding costs log n. An entry that is no longer wanted stays until it
 * is due, or until {@link keep} drops it.
 */
export class DeadlineQueue<T> {
  readonly #heap: { readonly dueAt: number; readonly item: T }[] = [];

  /** Number of entries, those no longer wanted included. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * @param dueAt - milliseconds since the epoch
   * @param item - what is due then
   */
  add(dueAt: number, item: T): void {
    const heap = this.#heap;
    let at = heap.push({ dueAt, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.dueAt <= heap[at]!.dueAt) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  /** @returns when the next entry is due, milliseconds since the epoch; undefined where there is none */
  nextDueAt(): number | undefined {
    return this.#heap[0]?.dueAt;
  }

  /**
   * Removes the next entry if it is due.
   * @param now - milliseconds since the epoch
   * @returns the entry; undefined where none is due
   */
  takeDue(now: number): { readonly dueAt: number; readonly item: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  /**
   * Drops what is no longer wanted; costs as much as adding the rest again.
   * @param wanted - tells which entries stay
   */
  keep(wanted: (item: T) => boolean): void {
    const all = this.#heap.splice(0);
    for (const { dueAt, item } of all) if (wanted(item)) this.add(dueAt, item);
  }

  #sink(): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < heap.length && heap[left]!.dueAt < heap[least]!.dueAt) least = left;
      if (right < heap.length && heap[right]!.dueAt < heap[least]!.dueAt) least = right;
      if (least === at) return;
      this.#swap(least, at);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const kept = heap[a]!;
    heap[a] = heap[b]!;
    heap[b] = kept;
  }
}
