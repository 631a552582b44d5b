import type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
import type { RevocationSource } from './revocation-source.ts';

/** A source for tests: knows what it is told. */
export class FakeRevocationSource implements RevocationSource {
  readonly #listeners = new Set<(current: RevocationKnowledge) => void>();
  #current: RevocationKnowledge;

  /** @param current - what it knows at first; default nothing */
  constructor(current: RevocationKnowledge = { crls: [] }) {
    this.#current = current;
  }

  /** What it knows: what it was made with, or published last. */
  get current(): RevocationKnowledge {
    return this.#current;
  }

  /** @param next - what it knows from now on, a new object */
  publish(next: RevocationKnowledge): void {
    this.#current = next;
    for (const listener of [...this.#listeners]) listener(next);
  }

  /**
   * @param listener - called with each publication
   * @returns a function that ends it
   */
  onChange(listener: (current: RevocationKnowledge) => void): () => void {
    // The same function may be added twice.
    const own = (current: RevocationKnowledge) => listener(current);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }
}
