import { detached } from '@entente/sip';

/** Addresses that are remembered at most: who makes them up fills no memory with them. */
const maxAddresses = 1_000;

/**
 * Addresses whose bindings another server has sent and that had no place here. Many never get one, and come again with each copy of
 * everything: so the others are asked for another copy only where one of these has a place now. Beyond as many as are remembered any may be
 * one that has.
 */
export class SkippedAddresses {
  readonly #addresses = new Set<string>();
  #hasMore = false;

  /** @param aor - address of record, of a message */
  add(aor: string): void {
    if (this.#addresses.has(aor)) return;
    if (this.#addresses.size < maxAddresses) this.#addresses.add(detached(aor));
    else this.#hasMore = true;
  }

  /**
   * Whether one of them may have a place now.
   * @param hasPlace - for an address of record
   * @param changed - the addresses of which that may not be what it was; default all
   */
  some(hasPlace: (aor: string) => boolean, changed: Iterable<string> = this.#addresses): boolean {
    if (this.#hasMore) return true;
    for (const aor of changed) if (this.#addresses.has(aor) && hasPlace(aor)) return true;
    return false;
  }

  clear(): void {
    this.#addresses.clear();
    this.#hasMore = false;
  }
}
