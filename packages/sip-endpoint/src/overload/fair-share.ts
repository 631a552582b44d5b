/** When a peer sends more than its share. */
export interface FairShareRules {
  /** Milliseconds for which requests are counted together. */
  readonly windowMs: number;
  /** How many times the mean of the others is more than a fair share. */
  readonly timesMean: number;
  /** Requests within a window that are never too many. */
  readonly leastRequests: number;
  /** Peers that are counted; further ones in the same window are not, and count as modest. */
  readonly maxPeers: number;
}

/** Half a second, three times the mean of the others, 32 requests, 20,000 peers. */
export const defaultFairShareRules: FairShareRules = {
  windowMs: 500,
  timesMean: 3,
  leastRequests: 32,
  maxPeers: 20_000,
};

/**
 * Finds peers that send more than others: counts the requests of each one in a window, and compares with what the others have sent in it, or
 * in the one before where that is more. What comes late and all at once is of many alike, and makes nobody a peer that sends too much. One that has
 * sent too much in a window has none of its share at the beginning of the next one: a flood would have what is meant for others each time.
 */
export class FairShare {
  readonly #rules: FairShareRules;
  #now = new Window();
  #before = new Window();
  #until = Number.NEGATIVE_INFINITY;

  /** @param rules - window and bounds */
  constructor(rules: FairShareRules = defaultFairShareRules) {
    this.#rules = rules;
  }

  /**
   * Counts a request.
   * @param peer - that sends it
   * @param now - milliseconds, never set back
   * @returns whether the peer has now sent more than its share, or has sent more in the window before
   */
  isBeyond(peer: string, now: number): boolean {
    const { leastRequests, maxPeers, timesMean, windowMs } = this.#rules;
    if (now >= this.#until) {
      this.#before = now < this.#until + windowMs ? this.#now : new Window();
      this.#now = new Window();
      this.#until = now + windowMs;
    }
    const count = this.#now.add(peer, maxPeers);
    if (count <= leastRequests) return this.#before.wasBeyond(peer);
    const share = timesMean * Math.max(this.#now.meanOfOthers(peer), this.#before.meanOfOthers(peer));
    if (count <= share) return false;
    this.#now.goesBeyond(peer);
    return true;
  }

  /** Forgets all that was counted. */
  clear(): void {
    this.#now = new Window();
    this.#before = new Window();
    this.#until = Number.NEGATIVE_INFINITY;
  }
}

/** How many requests each peer has sent. */
class Window {
  readonly #counts = new Map<string, number>();
  /** Of those that are counted. */
  readonly #beyond = new Set<string>();
  #total = 0;

  /** @returns how many it has sent with this one; 0 where it is not counted */
  add(peer: string, maxPeers: number): number {
    const before = this.#counts.get(peer);
    if (before === undefined && this.#counts.size >= maxPeers) return 0;
    const count = (before ?? 0) + 1;
    this.#counts.set(peer, count);
    this.#total++;
    return count;
  }

  goesBeyond(peer: string): void {
    this.#beyond.add(peer);
  }

  wasBeyond(peer: string): boolean {
    return this.#beyond.has(peer);
  }

  meanOfOthers(peer: string): number {
    const own = this.#counts.get(peer);
    const others = this.#counts.size - (own === undefined ? 0 : 1);
    return others === 0 ? 0 : (this.#total - (own ?? 0)) / others;
  }
}
