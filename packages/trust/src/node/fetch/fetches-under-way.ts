import type { FetchedObject } from './fetch-object.ts';

/** How much is fetched at once for the peers of one anchor. */
export interface UnderWayLimits {
  readonly most: number;
  readonly mostBytes: number;
}

/** What is being fetched for the peers of one anchor. */
interface UnderWay {
  fetches: number;
  bytes: number;
}

/**
 * Bounds what is fetched at once for the peers of one anchor. Each connection may name other locations, none of which has to give anything of use, so
 * that the limits of one object and of one chain bound nothing in all. What peers of one anchor name keeps nothing of those of another.
 */
export class FetchesUnderWay {
  readonly #limits: UnderWayLimits;
  readonly #byAnchor = new Map<string, UnderWay>();

  /** @param limits - for each anchor */
  constructor(limits: UnderWayLimits) {
    this.#limits = limits;
  }

  /**
   * Fetches an object where there is room for one more.
   * @param anchor - whose peers named it
   * @param fetch - fetches it; `take` is told how many bytes have come, and says whether there is room for them
   * @returns what `fetch` gives, or that there is no room
   */
  async bounded(
    anchor: string,
    fetch: (take: (bytes: number) => boolean) => Promise<FetchedObject>,
  ): Promise<FetchedObject> {
    const { most, mostBytes } = this.#limits;
    const all = this.#byAnchor.get(anchor) ?? { fetches: 0, bytes: 0 };
    if (all.fetches >= most) {
      return { ok: false, why: `${most} objects are being fetched already for the peers of this anchor` };
    }
    this.#byAnchor.set(anchor, all);
    all.fetches += 1;
    let own = 0;
    try {
      return await fetch((bytes) => {
        if (all.bytes + bytes > mostBytes) return false;
        own += bytes;
        all.bytes += bytes;
        return true;
      });
    } finally {
      all.fetches -= 1;
      all.bytes -= own;
      if (all.fetches === 0) this.#byAnchor.delete(anchor);
    }
  }
}
