/**
 * Milliseconds in which a client that has just come may prove who it is before its place is given to another one. A server that is overloaded
 * has telephones register up to 30 seconds later, and they keep their connection until then.
 */
export const patienceMs = 40_000;

/** What {@link UnprovenPlaces} is made of. */
export interface UnprovenPlacesOptions {
  /** Places of the listener in all. */
  readonly max: number;
  /** Milliseconds, of a clock that is never set. Default that of the process. */
  readonly now?: () => number;
}

interface Held<T> {
  readonly group: string;
  readonly holders: Set<T>;
  readonly since: number;
}

/**
 * Connections of clients that have proven nothing yet, as telephones before they register. Together with those that have, they may take half of
 * the places of their listener, and an eighth of them in any case; for one more the oldest of the address that has most is closed. So nobody
 * keeps others out by connections on which nothing is proven, and the other half is there for those who do.
 */
export class UnprovenPlaces<T extends object> {
  readonly #max: number;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #held = new Map<T, Held<T>>();
  readonly #groups = new Map<string, Set<T>>();
  /** Groups by their size: which one is largest is asked for each newcomer while places are short. */
  readonly #bySize: Set<Set<T>>[] = [];
  #largest = 0;

  /** @param options - how many places there are */
  constructor({ max, now = () => performance.now() }: UnprovenPlacesOptions) {
    this.#max = max;
    this.#now = now;
  }

  /** How many there are. */
  get count(): number {
    return this.#held.size;
  }

  /**
   * Takes a newcomer in.
   * @param holder - its connection
   * @param group - of its address
   * @param proven - connections of the listener on which somebody is proven
   * @returns the connection that has to be closed for it; undefined where there is room, or all have come within {@link patienceMs}
   */
  enter(holder: T, group: string, proven: number): T | undefined {
    const since = this.#now();
    const isShort = this.count >= Math.max(this.#max / 8, this.#max / 2 - proven);
    const displaced = isShort ? this.#oldest(since - patienceMs) : undefined;
    if (displaced !== undefined) this.leave(displaced);
    const holders = this.#groups.get(group) ?? new Set<T>();
    this.#groups.set(group, holders);
    holders.add(holder);
    this.#held.set(holder, { group, holders, since });
    this.#resized(holders, holders.size - 1);
    return displaced;
  }

  /**
   * Takes one out where no place is left at all, also one that has just come.
   * @returns the connection that has to be closed; undefined where there is none
   */
  giveWay(): T | undefined {
    const now = this.#now();
    const displaced = this.#oldest(now - patienceMs) ?? this.#oldest(now);
    if (displaced !== undefined) this.leave(displaced);
    return displaced;
  }

  /** @param holder - has closed, or has proven who it is; nothing happens where it is not among these */
  leave(holder: T): void {
    const held = this.#held.get(holder);
    if (held === undefined) return;
    const { group, holders } = held;
    this.#held.delete(holder);
    holders.delete(holder);
    if (holders.size === 0) this.#groups.delete(group);
    this.#resized(holders, holders.size + 1);
  }

  /**
   * Of the largest group the oldest; where that has come too late, the oldest of all. A group whose members come and prove themselves one after
   * the other, e.g. behind one address of a company, does not lose them because it is the largest for a moment.
   */
  #oldest(until: number): T | undefined {
    const [ofLargest] = first(this.#bySize[this.#largest]) ?? [];
    for (const one of [ofLargest, first(this.#held.keys())]) {
      const since = one === undefined ? undefined : this.#held.get(one)?.since;
      if (since !== undefined && since <= until) return one;
    }
    return undefined;
  }

  #resized(holders: Set<T>, before: number): void {
    const { size } = holders;
    this.#bySize[before]?.delete(holders);
    if (size > 0) {
      const alike = this.#bySize[size] ?? new Set();
      this.#bySize[size] = alike.add(holders);
    }
    this.#largest = Math.max(this.#largest, size);
    while (this.#largest > 0 && (this.#bySize[this.#largest]?.size ?? 0) === 0) this.#largest--;
  }
}

function first<T>(all: Iterable<T> | undefined): T | undefined {
  for (const one of all ?? []) return one;
  return undefined;
}

/** A symbol of the global registry: another installed copy of this package finds it too. */
const placeKey = Symbol.for('@entente/tls.place');

interface HasPlace {
  [placeKey]?: () => void;
}

/**
 * A client without a certificate has proven by other means who it is, e.g. by its password: its connection gives its place to nobody any more
 * (`whenPlacesAreShort` of `serve`).
 * @param socket - that `serve` has admitted
 */
export function keepPlace(socket: object): void {
  (socket as HasPlace)[placeKey]?.();
}

/** @internal What {@link keepPlace} calls. */
export function onKept(socket: object, kept: () => void): void {
  (socket as HasPlace)[placeKey] = kept;
}
