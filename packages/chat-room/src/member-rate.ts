interface Left {
  messages: number;
  at: number;
}

/**
 * How many messages each member may send or get: some at once, and more each second. Who leaves a room is remembered: nobody gets more by joining
 * again.
 */
export class MemberRate {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #maxKept: number;
  readonly #left = new Map<string, Left>();

  /**
   * @param burst - messages at once
   * @param perSecond - how many more each second
   * @param maxKept - who is remembered at most; of more, the one that has asked longest ago is forgotten
   */
  constructor(burst: number, perSecond: number, maxKept: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#maxKept = maxKept;
  }

  /**
   * Takes messages off what a member has left: all of them, or none where there are fewer.
   * @param member - address
   * @param now - milliseconds from any beginning
   * @param count - how many
   * @returns whether there were as many
   */
  take(member: string, now: number, count = 1): boolean {
    const left = this.#left.get(member) ?? { messages: this.#burst, at: now };
    const seconds = Math.max(0, now - left.at) / 1_000;
    left.messages = Math.min(this.#burst, left.messages + seconds * this.#perSecond);
    left.at = now;
    this.#left.delete(member);
    if (this.#left.size >= this.#maxKept) this.#left.delete(this.#left.keys().next().value as string);
    this.#left.set(member, left);
    if (left.messages < count) return false;
    left.messages -= count;
    return true;
  }
}
