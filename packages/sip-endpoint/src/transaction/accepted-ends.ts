import type { AcceptedEnd } from './accepted-invite.ts';

const leastSlots = 1_024;
/** Behind one slot at most: who chooses keys with one hash makes nobody look through more than that. */
const mostInSlot = 16;

/**
 * Ends of accepted INVITEs by the hash of what finds them. Putting one in allocates nothing: each holds the next one of its slot. There are
 * as many as a server accepts within 32 seconds, so a map would be far from the caches of the processor, and each growth of it garbage.
 */
export class AcceptedEnds {
  #slots: (AcceptedEnd | undefined)[] = new Array(leastSlots).fill(undefined);
  #size = 0;

  /**
   * @param hash - of the key
   * @param fits - says which of those with the same hash is meant
   */
  find(hash: number, fits: (end: AcceptedEnd) => boolean): AcceptedEnd | undefined {
    for (let end = this.#slots[hash & (this.#slots.length - 1)]; end !== undefined; end = end.nextInSlot)
      if (end.hash === hash && fits(end)) return end;
    return undefined;
  }

  /** Whether one more may be put in. */
  hasRoom(hash: number): boolean {
    let count = 0;
    for (let end = this.#slots[hash & (this.#slots.length - 1)]; end !== undefined; end = end.nextInSlot)
      if (++count === mostInSlot) return false;
    return true;
  }

  /** @param end - is not in yet, and there is room for it */
  add(end: AcceptedEnd): void {
    if (this.#size++ === this.#slots.length) this.#grow();
    this.#put(end);
  }

  /** @param end - is in */
  remove(end: AcceptedEnd): void {
    const slot = end.hash & (this.#slots.length - 1);
    let at = this.#slots[slot];
    if (at === end) this.#slots[slot] = end.nextInSlot;
    else {
      while (at !== undefined && at.nextInSlot !== end) at = at.nextInSlot;
      if (at === undefined) return;
      at.nextInSlot = end.nextInSlot;
    }
    end.nextInSlot = undefined;
    this.#size--;
  }

  #put(end: AcceptedEnd): void {
    const slot = end.hash & (this.#slots.length - 1);
    end.nextInSlot = this.#slots[slot];
    this.#slots[slot] = end;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Array(4 * before.length).fill(undefined);
    for (const first of before) {
      let end = first;
      while (end !== undefined) {
        const { nextInSlot } = end;
        this.#put(end);
        end = nextInSlot;
      }
    }
  }
}
