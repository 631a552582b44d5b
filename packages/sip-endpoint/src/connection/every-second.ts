import { type Interval, systemInterval } from '../timer/interval.ts';

/** What has something to look at every second. */
export interface Ticked {
  /**
   * A second has passed.
   * @returns whether there is still something to look at
   */
  tick(): boolean;
}

const secondMs = 1_000;

/** Calls what is added once a second until it has nothing left to look at: one interval for all, and no clock is read. */
export class EverySecond {
  readonly #items: Ticked[] = [];
  readonly #interval: Interval;
  #stop: (() => void) | undefined;

  /** @param interval - how to be called again */
  constructor(interval: Interval = systemInterval) {
    this.#interval = interval;
  }

  /** How many are called. */
  get size(): number {
    return this.#items.length;
  }

  /** @param item - is not called yet */
  add(item: Ticked): void {
    this.#items.push(item);
    this.#stop ??= this.#interval.start(() => this.#tick(), secondMs);
  }

  /** Calls nobody any more. */
  clear(): void {
    this.#items.length = 0;
    this.#stop?.();
    this.#stop = undefined;
  }

  #tick(): void {
    // What is added meanwhile stands at the end, and is called from the next second on.
    const before = this.#items.length;
    let kept = 0;
    for (let i = 0; i < before; i++) {
      const item = this.#items[i] as Ticked;
      if (item.tick()) this.#items[kept++] = item;
      // Cleared by what it was called for.
      if (this.#items.length < before) return;
    }
    this.#items.splice(kept, before - kept);
    if (this.#items.length === 0) this.clear();
  }
}
