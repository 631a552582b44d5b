/** How much is done at once. */
export interface TurnBounds {
  /** For one caller. */
  readonly each: number;
  /** For all callers of the kind together. */
  readonly all: number;
  /** How much of one caller may wait; more is refused. */
  readonly waitingOfEach: number;
  /** How much of all callers together may wait. */
  readonly waiting: number;
}

interface Places {
  taken: number;
  readonly waiting: (() => void)[];
}

/**
 * Bounds how much is done at once for each caller, and for all of them. What is beyond waits; callers with something that waits take turns,
 * so that one that asks for a thousand things is not before another that asks for one.
 */
export class FairTurns {
  readonly #bounds: TurnBounds;
  /** Callers for whom something is done or waits, in the order of their turns. */
  readonly #callers = new Map<string, Places>();
  #taken = 0;
  #waiting = 0;

  /** @param bounds - each at least 1 */
  constructor(bounds: TurnBounds) {
    this.#bounds = bounds;
  }

  /**
   * Does something when its turn has come.
   * @param caller - for whom
   * @param work - what is done
   * @returns what it returns; `undefined` where so much waits that this may not
   */
  take<T>(caller: string, work: () => Promise<T>): Promise<T> | undefined {
    const places = this.#callers.get(caller) ?? { taken: 0, waiting: [] };
    if (this.#hasRoom(places)) {
      this.#callers.set(caller, places);
      this.#enter(places);
      return this.#run(caller, places, work);
    }
    const { waiting, waitingOfEach } = this.#bounds;
    if (places.waiting.length >= waitingOfEach || this.#waiting >= waiting) return undefined;
    this.#callers.set(caller, places);
    this.#waiting += 1;
    return new Promise<void>((resolve) => places.waiting.push(resolve)).then(() => {
      this.#waiting -= 1;
      return this.#run(caller, places, work);
    });
  }

  #hasRoom({ taken }: Places): boolean {
    return taken < this.#bounds.each && this.#taken < this.#bounds.all;
  }

  #enter(places: Places): void {
    places.taken += 1;
    this.#taken += 1;
  }

  async #run<T>(caller: string, places: Places, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      places.taken -= 1;
      this.#taken -= 1;
      if (places.taken === 0 && places.waiting.length === 0) this.#callers.delete(caller);
      this.#callNext();
    }
  }

  #callNext(): void {
    for (const [caller, places] of this.#callers) {
      if (places.waiting.length === 0 || !this.#hasRoom(places)) continue;
      // Its place is taken now, not when it begins: nobody else is called to it.
      this.#enter(places);
      places.waiting.shift()?.();
      // To the end of the turns.
      this.#callers.delete(caller);
      this.#callers.set(caller, places);
      return;
    }
  }
}
