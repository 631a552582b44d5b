/** What a scenario has started, ended together, the newest first. */
export class Started implements AsyncDisposable {
  readonly #items: AsyncDisposable[] = [];

  /** @param signal - ends everything, so that a step that waits for one of the items learns that it has ended */
  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => void this[Symbol.asyncDispose](), { once: true });
  }

  /** @returns the same item */
  own<T extends AsyncDisposable>(item: T): T {
    this.#items.push(item);
    return item;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const item of this.#items.splice(0).reverse()) await item[Symbol.asyncDispose]();
  }
}
