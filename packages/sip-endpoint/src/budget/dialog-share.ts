/** Requests in dialogs and ACKs of one peer that are carried in a second however long it goes on: a call sends some ten while somebody dials. */
const eachSecond = 256;
/** How many more come at once, as when many calls end together. */
const atOnce = 512;
/** What a call that is accepted adds: PRACK, ACK, UPDATE and BYE. So who begins as many calls as there is time for may end them, too. */
const ofCall = 4;
/** Of calls that were accepted before, the most that is remembered. */
const mostSaved = 2_048;
/** For how long one is held up at least, so that reading on pays, and at most, milliseconds. */
const leastHeldMs = 100;
const mostHeldMs = 16_000;

/**
 * How much one peer sends in dialogs, where nothing is refused to it: a number that each request raises and time lowers. Real calls never
 * reach the bound. What repeats a branch counts here too, and so does REGISTER: each is copied to all servers of a pool.
 */
export class DialogShare {
  #level = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** When something was sent last. */
  get at(): number {
    return this.#at;
  }

  /** From when on it is as if nothing had been sent. */
  get until(): number {
    return this.#level > 0 ? this.#at + (this.#level * 1_000) / eachSecond : Number.NEGATIVE_INFINITY;
  }

  /** A call is accepted. One that is refused adds nothing: nothing is sent in it, and anybody may be refused without end. */
  begin(): void {
    this.#level = Math.max(this.#level - ofCall, -mostSaved);
  }

  /**
   * A request in a dialog has come, or an ACK.
   * @param now - milliseconds, never set back
   * @returns milliseconds for which nothing more is to be read from where it came; 0 within the share
   */
  take(now: number): number {
    if (this.#level > 0) this.#level = Math.max(0, this.#level - ((now - this.#at) * eachSecond) / 1_000);
    this.#at = now;
    this.#level++;
    const beyond = this.#level - atOnce;
    if (beyond <= 0) return 0;
    return Math.min(Math.max((beyond * 1_000) / eachSecond, leastHeldMs), mostHeldMs);
  }
}
