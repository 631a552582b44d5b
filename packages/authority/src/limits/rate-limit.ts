/** How often something may be done. */
export interface Rate {
  /** How many at once, after a pause. */
  readonly burst: number;
  /** How many in an hour in the long run. */
  readonly perHour: number;
}

/** Whether something may be done now. */
export type Taken =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly retryAfterSeconds: number;
      /** Whether the refusal before was one of a different time: only the first one is worth a line of the log. */
      readonly isFirst: boolean;
    };

interface Bucket {
  left: number;
  at: number;
  isEmpty: boolean;
}

const hourMs = 3_600_000;

/** Bounds how often each of many may do something. What it remembers is bounded too: who has done nothing for a while is forgotten. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param rate - of each
   * @param maxKeys - how many are remembered at once; beyond, the one that has done nothing for longest is forgotten
   * @param now - milliseconds since 1970
   */
  constructor(rate: Rate, maxKeys: number, now: () => number) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Asks whether it may be done now, and counts it.
   * @param key - who wants to
   */
  take(key: string): Taken {
    const now = this.#now();
    const { burst, perHour } = this.#rate;
    const bucket = this.#buckets.get(key) ?? { left: burst, at: now, isEmpty: false };
    // A clock that was set back gives nothing, and takes nothing away.
    const passed = Math.max(0, now - bucket.at);
    bucket.left = Math.min(burst, bucket.left + (passed * perHour) / hourMs);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    this.#forget();
    if (bucket.left >= 1) {
      bucket.left -= 1;
      bucket.isEmpty = false;
      return { ok: true };
    }
    const isFirst = !bucket.isEmpty;
    bucket.isEmpty = true;
    return {
      ok: false,
      isFirst,
      retryAfterSeconds: Math.ceil(((1 - bucket.left) * hourMs) / perHour / 1000),
    };
  }

  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxKeys) return;
      this.#buckets.delete(key);
    }
  }
}
