import type { ClosedEnd, End } from './order.ts';

/** A connection of the run, and whom it connects. */
export interface Held {
  readonly id: string;
  /** Both parties. */
  readonly parties: readonly [string, string];
  /** Whether the accepting end reports its closing; the kernel is asked of the others. */
  readonly bothReport: boolean;
  readonly localPort: number;
  readonly remotePort: number;
}

/** What became of the connections that an order concerns. */
export interface Settled {
  /** Milliseconds from the order to the closing of the later end, of each connection that closed at both. */
  readonly delays: readonly number[];
  /** Those of which an end stayed open. */
  readonly open: readonly Held[];
}

/** Every connection of the run, and which of its ends have closed. */
export class ConnectionRecord {
  readonly #held = new Map<string, Held>();
  readonly #closed = new Map<string, Map<End, number>>();

  add(held: Held): void {
    this.#held.set(held.id, held);
  }

  /** Connections of which no end has closed, as far as is reported. */
  get open(): readonly Held[] {
    return [...this.#held.values()].filter(({ id }) => !this.#closed.has(id));
  }

  /** How many connections were added until now. */
  get count(): number {
    return this.#held.size;
  }

  /** Connections that were added after the first so many. */
  addedAfter(count: number): readonly Held[] {
    return [...this.#held.values()].slice(count);
  }

  closed({ at, end, id }: ClosedEnd): void {
    const ends = this.#closed.get(id) ?? new Map<End, number>();
    ends.set(end, at);
    this.#closed.set(id, ends);
  }

  /**
   * @param affected - those that an order concerns
   * @param since - when it was given, milliseconds of the monotonic clock
   * @param isOpenInKernel - whether the accepting end of a connection is still open, where it does not report
   */
  settled(affected: readonly Held[], since: number, isOpenInKernel: (held: Held) => boolean): Settled {
    const delays: number[] = [];
    const open: Held[] = [];
    for (const held of affected) {
      const ends = this.#closed.get(held.id);
      const dialled = ends?.get('dialled');
      const accepted = held.bothReport ? ends?.get('accepted') : isOpenInKernel(held) ? undefined : dialled;
      if (dialled === undefined || accepted === undefined) open.push(held);
      else delays.push(Math.max(dialled, accepted) - since);
    }
    return { delays, open };
  }
}
