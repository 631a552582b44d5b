import type { Readable } from 'node:stream';
import type { RefusalShare } from '../budget/refusal-share.ts';
import { monotonicNow } from '../clock/monotonic-clock.ts';

/** Of a refusal that one who does nothing wrong may get: eight times as many may come. */
const costOfModest = 1 / 8;

/** What of a peer may be refused at once. */
export interface RefusalRules {
  /** What may be refused at once within half a second, before no more of it is read until that is over; infinite: everything. */
  readonly most: number;
  /** Where it counts; another one once the peer has proven who it is. */
  readonly share: () => RefusalShare;
}

/**
 * Holds up a client, or a partner, that sends many requests which are refused at once, or many keep-alives: each costs little, but tens of thousands a
 * second take a processor. Nobody else is held up by it, and the peer itself for half a second at most, so that it answers others in time. What comes over all
 * connections of one peer counts together.
 */
export class RefusalPause {
  readonly #socket: Pick<Readable, 'pause'>;
  readonly #resume: () => void;
  readonly #rules: RefusalRules;
  readonly #clock: () => number;
  #pause: NodeJS.Timeout | undefined = undefined;

  /**
   * @param socket - of the peer
   * @param resume - goes on reading
   * @param rules - how much, and where it counts
   * @param clock - milliseconds, never set back
   */
  constructor(
    socket: Pick<Readable, 'pause'>,
    resume: () => void,
    rules: RefusalRules,
    clock: () => number = monotonicNow,
  ) {
    this.#socket = socket;
    this.#resume = resume;
    this.#rules = rules;
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
   * @returns whether no more is read because of it
   */
  refused(isModest: boolean): boolean {
    return this.#spend(isModest ? costOfModest : 1);
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
    const { most, share } = this.#rules;
    const heldMs = share().take(cost, most, this.#clock());
    if (heldMs === 0) return false;
    this.#pause = setTimeout(() => this.#over(), heldMs).unref();
    this.#socket.pause();
    return true;
  }

  /** The connection is closed. */
  end(): void {
    clearTimeout(this.#pause);
  }

  #over(): void {
    this.#pause = undefined;
    this.#resume();
  }
}
