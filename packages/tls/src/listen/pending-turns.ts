import { GroupsBySize } from './groups-by-size.ts';

/**
 * Milliseconds after which a client that has not got on with its handshake is behind all others. The first message of TLS comes with the
 * connection; where it was lost it is sent again after one second, and after two more (RFC 6298 §2.1, §5.5).
 */
export const handshakePatienceMs = 3_000;

/** What {@link PendingTurns} is made of. */
export interface PendingTurnsOptions<T> {
  /** Whether anything has come from it. */
  readonly hasSpoken: (holder: T) => boolean;
  /** Milliseconds, of a clock that is never set. Default that of the process. */
  readonly now?: () => number;
}

/**
 * Whose turn it is to go among connections without a verdict, where a further one has no place. Those from which nothing has come are first:
 * to open them costs next to nothing. Then it is that of the address that has most, so that a newcomer from an address that has few finds a
 * place, and keeps it until its handshake has ended. Clients behind one address, and all clients after a restart, do not put each other out: a
 * handshake that has begun is not ended for a newcomer from an address that has as many.
 */
export class PendingTurns<T extends object> {
  readonly #hasSpoken: (holder: T) => boolean;
  readonly #now: () => number;
  readonly #all = new GroupsBySize<T>();
  /** From which nothing had come when they were looked at last. */
  readonly #silent = new GroupsBySize<T>();
  /** Whose handshakes have not begun. */
  readonly #waiting = new GroupsBySize<T>();
  readonly #came = new WeakMap<T, number>();
  readonly #began = new WeakMap<T, number>();

  /** @param options - how it is known what a connection has done */
  constructor({ hasSpoken, now = () => performance.now() }: PendingTurnsOptions<T>) {
    this.#hasSpoken = hasSpoken;
    this.#now = now;
  }

  /**
   * Takes a newcomer in.
   * @param holder - its connection
   * @param group - of its address
   */
  enter(holder: T, group: string): void {
    this.#came.set(holder, this.#now());
    for (const part of [this.#all, this.#silent, this.#waiting]) part.add(holder, group);
  }

  /** @param holder - its handshake begins, or has ended and its verdict begins */
  begin(holder: T): void {
    this.#began.set(holder, this.#now());
    this.#waiting.remove(holder);
  }

  /** @param holder - has a verdict, or has closed; nothing happens where it is not among these */
  leave(holder: T): void {
    for (const part of [this.#all, this.#silent, this.#waiting]) part.remove(holder);
  }

  /**
   * Whose turn it is where all places are taken.
   * @param group - of the address of the newcomer
   * @returns undefined where the newcomer has to go
   */
  ofAll(group: string): T | undefined {
    const own = this.#all.sizeOf(group);
    const until = this.#now() - handshakePatienceMs;
    const silent = this.#silentest(() => this.#silent.oldestOfLargest);
    for (const one of [silent, this.#silentest(() => this.#silent.oldest)])
      if (one !== undefined && isBefore(this.#came.get(one), until)) return one;
    if (silent !== undefined && this.#all.sizeOf(this.#all.groupOf(silent) ?? '') > own) return silent;
    const most = this.#all.oldestOfLargest;
    if (most !== undefined && this.#all.largest > own + 1) {
      const largest = this.#all.groupOf(most) ?? '';
      return this.#silentest(() => this.#silent.oldestOf(largest)) ?? this.#waiting.oldestOf(largest) ?? most;
    }
    return this.#stalled(this.#all.oldest, until);
  }

  /**
   * Whose turn it is where its address has as many as it may.
   * @param group - of that address
   * @returns undefined where the newcomer has to go
   */
  ofGroup(group: string): T | undefined {
    return (
      this.#silentest(() => this.#silent.oldestOf(group)) ??
      this.#stalled(this.#all.oldestOf(group), this.#now() - handshakePatienceMs)
    );
  }

  #stalled(one: T | undefined, until: number): T | undefined {
    return one !== undefined && isBefore(this.#began.get(one), until) ? one : undefined;
  }

  /** Each one is found to have spoken once. */
  #silentest(candidate: () => T | undefined): T | undefined {
    for (let one = candidate(); one !== undefined; one = candidate()) {
      if (!this.#hasSpoken(one)) return one;
      this.#silent.remove(one);
    }
    return undefined;
  }
}

function isBefore(time: number | undefined, until: number): boolean {
  return time !== undefined && time <= until;
}
