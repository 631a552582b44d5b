import type { Readable } from 'node:stream';
import { monotonicNow } from '../clock/monotonic-clock.ts';

const windowMs = 500;
/** Of a refusal that one who does nothing wrong may get: eight times as many may come. */
const costOfModest = 1 / 8;

/**
 * Holds up a client, or a partner, that sends many requests which are refused at once, or many keep-alives: each costs little, but tens of thousands a
 * second take a processor. Nobody else is held up by it, and the peer itself for half a second at most, so that it answers others in time.
 */
export class RefusalPause {
  readonly #socket: Pick<Readable, 'pause'>;
  readonly #resume: () => void;
  readonly #most: number;
  readonly #clock: () => number;
  #cost = 0;
  #until = Number.NEGATIVE_INFINITY;
  #pause: NodeJS.Timeout | undefined = undefined;

  /**
   * @param socket - of the peer
   * @param resume - goes on reading
   * @param most - requests that may be refused at once within half a second, before no more of them are read until it is over
   * @param clock - milliseconds, never set back
   */
  constructor(
    socket: Pick<Readable, 'pause'>,
    resume: () => void,
    most: number,
    clock: () => number = monotonicNow,
  ) {
    this.#socket = socket;
    this.#resume = resume;
    this.#most = most;
    this.#clock = clock;
  }

  /** Whether the peer is not read from. */
  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /**
   * A request has been refused at once.
   * @param isModest - whether one who does nothing wrong may get it (see `isOrdinaryRefusal`), or only because there is too much to do, of a client that
   * sends no more than others: what it sends in dialogs comes behind it, and must not wait for what all together are too many of
   */
  refused(isModest: boolean): void {
    this.#spend(isModest ? costOfModest : 1);
  }

  /**
   * Keep-alives have come that nobody has asked for: each costs as little as a refusal.
   * @returns whether no more is read because of them
   */
  keptAlive(times: number): boolean {
    return this.#spend(times);
  }

  #spend(cost: number): boolean {
    if (this.isPaused) return false;
    const now = this.#clock();
    if (now >= this.#until) {
      this.#cost = 0;
      this.#until = now + windowMs;
    }
    this.#cost += cost;
    if (this.#cost < this.#most) return false;
    this.#pause = setTimeout(() => this.#over(), this.#until - now).unref();
    this.#socket.pause();
    return true;
  }

  /** The connection is closed. */
  end(): void {
    clearTimeout(this.#pause);
  }

  #over(): void {
    this.#pause = undefined;
    this.#until = Number.NEGATIVE_INFINITY;
    this.#resume();
  }
}
