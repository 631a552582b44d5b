interface Left {
  messages: number;
  at: number;
}

/** How many messages each member of a room may send: some at once, and more each second. Who leaves is remembered: nobody gets more by joining again. */
export class MemberRate {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #maxKept: number;
  readonly #left = new Map<string, Left>();

  /**
   * @param burst - messages at once
   * @param perSecond - how many more each second
   * @param maxKept - who is remembered at most; of more, the one that has sent longest ago is forgotten
   */
  constructor(burst: number, perSecond: number, maxKept: number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#maxKept = maxKept;
  }

  /**
   * Takes one message off what a member has left.
   * @param member - address
   * @param now - milliseconds since 1970
   * @returns whether there was one
   */
  take(member: string, now: number): boolean {
    const left = this.#left.get(member) ?? { messages: this.#burst, at: now };
    const seconds = Math.max(0, now - left.at) / 1_000;
    left.messages = Math.min(this.#burst, left.messages + seconds * this.#perSecond);
    left.at = now;
    this.#left.delete(member);
    if (this.#left.size >= this.#maxKept) this.#left.delete(this.#left.keys().next().value as string);
    this.#left.set(member, left);
    if (left.messages < 1) return false;
    left.messages -= 1;
    return true;
  }
}
