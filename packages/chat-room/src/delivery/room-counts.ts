/** Deliveries that are counted, in all and of each room. */
export class RoomCounts {
  readonly #of = new Map<string, number>();
  #all = 0;

  /** Of all rooms. */
  get all(): number {
    return this.#all;
  }

  /** Of the room that has most. */
  get largest(): number {
    let largest = 0;
    for (const count of this.#of.values()) largest = Math.max(largest, count);
    return largest;
  }

  /** @param room - its address */
  of(room: string): number {
    return this.#of.get(room) ?? 0;
  }

  /**
   * Counts more, or fewer.
   * @param room - its address
   * @param count - below 0 for fewer
   */
  add(room: string, count: number): void {
    const left = this.of(room) + count;
    this.#all += count;
    if (left === 0) this.#of.delete(room);
    else this.#of.set(room, left);
  }
}
