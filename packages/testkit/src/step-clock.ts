import type { Clock } from '@entente/tls';
import { checkArgument } from './check-options.ts';

/** A clock that moves only when a test says so. It stands still while servers work. */
export class StepClock implements Clock {
  /** Milliseconds since 1970. */
  time: number;
  readonly #waiting = new Set<{ readonly at: number; readonly delayMs: number; readonly run: () => void }>();

  /** @param start - milliseconds since 1970 */
  constructor(start: number) {
    checkArgument(start, 'milliseconds since 1970', 'start of StepClock');
    this.time = start;
  }

  /** @returns milliseconds since 1970 */
  now(): number {
    return this.time;
  }

  /**
   * @param delayMs - milliseconds from now
   * @param run - called once, by the move that reaches that time
   * @returns a function that cancels it
   */
  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.time + delayMs, delayMs, run };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /**
   * Moves on, and runs what is due, each once.
   * @param ms - milliseconds, at least 0
   */
  move(ms: number): void {
    this.time += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.at <= this.time && this.#waiting.delete(entry)) entry.run();
    }
  }

  /**
   * Moves on, and runs what is due.
   * @param ms - milliseconds, at least 0
   * @returns once the periodic work of an authority that was due has ended: it then waits for its next time
   */
  async advance(ms: number): Promise<void> {
    const before = this.#periodic();
    this.move(ms);
    while (this.#periodic() < before) await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * How many timers wait that were set with a delay: what a test waits for where real sockets meet this clock.
   * @param delayMs - milliseconds
   */
  pending(delayMs: number): number {
    return [...this.#waiting].filter((entry) => entry.delayMs === delayMs).length;
  }

  /** How many timers wait that are set again after each run. */
  #periodic(): number {
    return [...this.#waiting].filter(({ delayMs }) => periods.includes(delayMs)).length;
  }
}

/** Of the upkeep of an authority, and of its trust state, milliseconds. */
const periods: readonly number[] = [15_000, 60_000];
