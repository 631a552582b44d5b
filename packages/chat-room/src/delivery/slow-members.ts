interface Slow {
  /** The last request got no answer. */
  readonly isSilent: boolean;
  /** When the time that late answers took is made up for. */
  readonly until: number;
  /** The last answer took a quarter of a second or more. */
  readonly isTardy: boolean;
}

/** An answer after so many milliseconds is late. */
const lateMs = 1_000;
/** An answer after so many is late enough to cost others something. */
const tardyMs = 250;
/** For how long a member is slow that has taken a place with a late answer: so many times as long. All in all it has a tenth of a place of others. */
const slowFor = 9;
/** Members that are remembered; of more, the one that was slow longest ago is forgotten. */
export const maxSlow = 10_000;

/** Who does not answer, or late: with each message they take a place for so long that others wait. */
export class SlowMembers {
  readonly #steadyNow: () => number;
  readonly #slow = new Map<string, Slow>();

  /** @param steadyNow - milliseconds from any beginning, which go on evenly when the clock is set */
  constructor(steadyNow: () => number) {
    this.#steadyNow = steadyNow;
  }

  /** Whether a member is slow now. */
  has(member: string): boolean {
    const slow = this.#slow.get(member);
    return slow !== undefined && (slow.isSilent || this.#steadyNow() < slow.until);
  }

  /** Whether a member, who may not be slow, takes a place for several times as long as others. */
  isTardy(member: string): boolean {
    return this.#slow.get(member)?.isTardy === true;
  }

  /**
   * A request to a member has ended.
   * @param member - its address
   * @param tookMs - how long it was under way
   * @param isAnswered - whether the member has said anything, whatever it was
   */
  answered(member: string, tookMs: number, isAnswered: boolean): void {
    const now = this.#steadyNow();
    const before = this.#slow.get(member)?.until ?? now;
    const until = tookMs >= lateMs ? Math.max(before, now + slowFor * tookMs) : before;
    const isTardy = tookMs >= tardyMs;
    this.#slow.delete(member);
    if (isAnswered && until <= now && !isTardy) return;
    if (this.#slow.size >= maxSlow) this.#slow.delete(this.#slow.keys().next().value as string);
    this.#slow.set(member, { isSilent: !isAnswered, until, isTardy });
  }
}
