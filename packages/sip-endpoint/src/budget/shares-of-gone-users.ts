import type { DialogShare } from './dialog-share.ts';

/** Users who are remembered: some hundred kilobytes. One who left earlier is forgotten first. */
export const mostLeft = 4_096;

/**
 * What users whose last connection has closed have sent in dialogs, until there was time for it. They would otherwise have all of their
 * share again as soon as they connect again. The time is the latest at which one of them has sent something, so no clock is read.
 */
export class LeftShares {
  readonly #shares = new Map<string, DialogShare>();
  #now = Number.NEGATIVE_INFINITY;

  /** Users who are remembered. */
  get size(): number {
    return this.#shares.size;
  }

  /**
   * A user has left.
   * @param key - what the share is found by
   * @param share - of the user
   */
  keep(key: string, share: DialogShare): void {
    this.#now = Math.max(this.#now, share.at);
    if (share.until <= this.#now) return;
    for (const [other, { until }] of this.#shares) {
      if (until > this.#now && this.#shares.size < mostLeft) break;
      this.#shares.delete(other);
    }
    this.#shares.set(key, share);
  }

  /**
   * A user has come, perhaps again.
   * @returns what is remembered, which is the user's again
   */
  take(key: string): DialogShare | undefined {
    const share = this.#shares.get(key);
    if (share !== undefined) this.#shares.delete(key);
    return share;
  }
}
