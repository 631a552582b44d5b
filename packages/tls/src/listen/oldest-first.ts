interface Node<T> {
  readonly value: T;
  before: Node<T> | undefined;
  after: Node<T> | undefined;
}

/**
 * Values in the order in which they came. The first one is found at once, however many before it have left: a `Set` walks over each of them.
 */
export class OldestFirst<T> {
  readonly #nodes = new Map<T, Node<T>>();
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;

  /** How many there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The one that has been here for the longest time. */
  get first(): T | undefined {
    return this.#first?.value;
  }

  /** @param value - becomes the last one, unless it is here */
  add(value: T): void {
    if (this.#nodes.has(value)) return;
    const node: Node<T> = { value, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#nodes.set(value, node);
  }

  /**
   * Takes one out.
   * @param value - is here, or not
   * @returns whether it was here
   */
  delete(value: T): boolean {
    const node = this.#nodes.get(value);
    if (node === undefined) return false;
    this.#nodes.delete(value);
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    return true;
  }
}
