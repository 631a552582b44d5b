import { performance } from 'node:perf_hooks';

/** What a {@link QueueDelay} looks at. */
export interface LoopClock {
  /** Milliseconds, never set back. */
  readonly now: () => number;
  /** Milliseconds that the event loop has slept so far, waiting for something to happen. */
  readonly slept: () => number;
  /** Milliseconds for which a processor has worked for the process so far; absent where all time that passes counts as work. */
  readonly worked?: () => number;
}

const processClock: LoopClock = {
  now: () => performance.now(),
  slept: () => performance.nodeTiming.idleTime,
  worked() {
    const { system, user } = process.cpuUsage();
    return (system + user) / 1_000;
  },
};

/**
 * How long what has arrived waits before it is read. Bytes that come right after the loop has looked for some wait until it looks again and
 * comes to them: for as long as it has worked in between. So the work between two looks is the longest that anything waits, and it takes
 * two readings of clocks a turn, and one for each connection that is read, however many messages the turn has.
 */
export class QueueDelay {
  readonly #clock: LoopClock;
  #begunAt: number;
  #slept: number;
  #ms = 0;
  #sleptMs = 0;
  #longestMs = 0;

  /** @param clock - default that of this process */
  constructor(clock: LoopClock = processClock) {
    this.#clock = clock;
    this.#begunAt = clock.now();
    this.#slept = clock.slept();
  }

  /** The first bytes of a turn have come. */
  begin(): void {
    const now = this.#clock.now();
    const slept = this.#clock.slept();
    this.#sleptMs = slept - this.#slept;
    this.#ms = Math.max(0, now - this.#begunAt - this.#sleptMs);
    this.#begunAt = now;
    this.#slept = slept;
    if (this.#ms > this.#longestMs) this.#longestMs = this.#ms;
  }

  /** When this turn began, milliseconds of {@link now}. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** The longest that anything has waited that is read in this turn, milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /** Milliseconds that the loop has slept since the turn before: above 0, nothing was left to read then. */
  get sleptMs(): number {
    return this.#sleptMs;
  }

  /** Tells for how long a processor has worked for the process so far, milliseconds; undefined where that is not known. */
  get worked(): (() => number) | undefined {
    return this.#clock.worked;
  }

  /** The time now, milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** @returns the longest delay since it was last asked for, milliseconds */
  takeLongest(): number {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }
}
