/** How many places there are. */
export interface PlaceBounds<T> {
  /** In all. */
  readonly max: number;
  /** For one group. */
  readonly maxPerGroup: number;
  /** Whether nothing is being done for the holder of a place, so that it loses little with it. */
  readonly isIdle: (holder: T) => boolean;
}

/** What became of one that asked for a place. */
export type Entry<T> =
  | { readonly admitted: false }
  /** `displaced` has lost its place to it. */
  | { readonly admitted: true; readonly displaced: T | undefined };

/**
 * Places that groups share. No group fills them all: while there are some, each has its own bound; when they are taken, a newcomer gets
 * the place of one of the largest group that has at least as many as the newcomer's own would. So a reader finds a place however many
 * silent connections there are, and however many addresses they come from.
 */
export class FairPlaces<T> {
  readonly #bounds: PlaceBounds<T>;
  /** By group, the oldest first. */
  readonly #groups = new Map<string, Set<T>>();
  readonly #groupOf = new Map<T, string>();

  /** @param bounds - how many places there are */
  constructor(bounds: PlaceBounds<T>) {
    this.#bounds = bounds;
  }

  /** Places that are taken. */
  get count(): number {
    return this.#groupOf.size;
  }

  /**
   * Asks for a place.
   * @param holder - has none yet
   * @param group - it shares the bound of the group
   */
  enter(holder: T, group: string): Entry<T> {
    const { max, maxPerGroup } = this.#bounds;
    const own = this.#groups.get(group)?.size ?? 0;
    if (own >= maxPerGroup) return { admitted: false };
    let displaced: T | undefined;
    if (this.count >= max) {
      displaced = this.#displaceable(own + 1);
      if (displaced === undefined) return { admitted: false };
      this.leave(displaced);
    }
    const holders = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, holders.add(holder));
    this.#groupOf.set(holder, group);
    return { admitted: true, displaced };
  }

  /**
   * Gives a place back. Does nothing for one that has none.
   * @param holder - as it entered
   */
  leave(holder: T): void {
    const group = this.#groupOf.get(holder);
    if (group === undefined) return;
    this.#groupOf.delete(holder);
    const holders = this.#groups.get(group);
    holders?.delete(holder);
    if (holders?.size === 0) this.#groups.delete(group);
  }

  /** One of the largest group: the oldest that is idle; where none is, the oldest of a group that has more than the newcomer's would. */
  #displaceable(size: number): T | undefined {
    let found: T | undefined;
    let largest = size - 1;
    for (const holders of this.#groups.values()) {
      if (holders.size <= largest) continue;
      const one = this.#idleIn(holders) ?? (holders.size > size ? oldest(holders) : undefined);
      if (one === undefined) continue;
      found = one;
      largest = holders.size;
    }
    return found;
  }

  #idleIn(holders: ReadonlySet<T>): T | undefined {
    for (const holder of holders) if (this.#bounds.isIdle(holder)) return holder;
    return undefined;
  }
}

function oldest<T>(holders: ReadonlySet<T>): T | undefined {
  for (const holder of holders) return holder;
  return undefined;
}
