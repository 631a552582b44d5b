import type { Store } from '@entente/trust/node';

/** A store whose value its owner sets: anchors and CRLs that come over the network. */
export class CurrentStore<T> implements Store<T> {
  #current: T;
  readonly #listeners = new Set<(current: T) => void>();

  constructor(current: T) {
    this.#current = current;
  }

  get current(): T {
    return this.#current;
  }

  /** Puts another value in force and tells everybody. */
  set(current: T): void {
    this.#current = current;
    for (const listener of [...this.#listeners]) listener(current);
  }

  onChange(listener: (current: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }
}
