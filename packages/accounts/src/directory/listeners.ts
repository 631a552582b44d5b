import { checks } from '../fault.ts';

/** Those who want to hear of changes. What one of them throws does not reach the others, nor the caller. */
export class ChangeListeners {
  readonly #listeners = new Set<{ readonly listener: () => void }>();

  /**
   * @param listener - called after each change
   * @returns ends it
   * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where it is not a function
   */
  add(listener: () => void): () => void {
    if (typeof listener !== 'function')
      throw checks.unlike(listener, 'a function', 'listener of changes', 'give a function without arguments');
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Tells all. */
  tell(): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener();
      } catch {
        // A change that is stored stays stored, whatever a listener makes of it.
      }
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#listeners.clear();
  }
}
