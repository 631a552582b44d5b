import type { Clock } from '@entente/tls';
import { Turns } from './concurrency-limit.ts';

/**
 * How many requests a user agent has under way at once, outside calls. A server keeps a request until it is answered, and gives each
 * client a share of its memory for that: what comes beyond it is refused, or ends the connection. So the rest waits here.
 */
export interface RequestPace {
  /**
   * Requests of which nothing has been heard yet: no response, not even a provisional one, within four seconds. Their bodies together have
   * 32 KiB at most; a larger one goes alone. Default 16, for which every server of Entente has room.
   */
  readonly atOnce: number;
  /** INVITEs without a final response, and as many other requests: telephones that ring, and what answers late. Default 128. */
  readonly unanswered: number;
}

/** What a user agent has under way at once where nothing is said. */
export const defaultPace: RequestPace = { atOnce: 16, unanswered: 128 };

/** A request that has begun. */
export interface Turn {
  /** A response has come: the next one may begin. */
  heard(): void;
  /** It is answered, or will not be. */
  over(): void;
}

/** Of a request that has not begun. */
export const noTurn: Turn = { heard() {}, over() {} };

/** What {@link Pacing} needs. */
export interface PacingParts {
  readonly clock: Clock;
  readonly pace: RequestPace;
  /** Whether something waits that the server has not taken yet. */
  readonly isBehind: () => boolean;
  /** Address of record, for the warning. */
  readonly of: string;
}

/** Bodies of requests of which nothing has been heard, together, bytes. */
const mostBodyBytes = 32_768;
/** After it a request is one that is answered late, and keeps no other from beginning (T2, RFC 3261 §17.1.2.2). */
const lateMs = 4_000;
/** So many that wait are worth a warning: each holds its text, and the promise of its caller. */
const manyWaiting = 10_000;

/** Has the new requests of a user agent wait for their turn. What belongs to a call, and REGISTER, does not come here. */
export class Pacing {
  readonly #parts: PacingParts;
  /** Of which nothing has been heard. */
  readonly #unheard: Turns;
  readonly #calls: Turns;
  readonly #others: Turns;
  #hasWarned = false;

  /** @param parts - the bounds, and time */
  constructor(parts: PacingParts) {
    this.#parts = parts;
    const { atOnce, unanswered } = parts.pace;
    this.#unheard = new Turns(atOnce, mostBodyBytes);
    this.#calls = new Turns(unanswered);
    this.#others = new Turns(unanswered);
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#unheard.waiting + this.#calls.waiting + this.#others.waiting;
  }

  /**
   * Waits until a request may begin. None of its timers runs before that, for it is not made yet.
   * @param method - of the request
   * @param body - of the request
   * @param signal - ends the waiting
   * @throws the reason of the signal
   */
  async next(method: string, body: string | Uint8Array | undefined, signal?: AbortSignal): Promise<Turn> {
    const turns = method === 'INVITE' ? this.#calls : this.#others;
    const taken = turns.take(0, signal);
    this.#warn();
    const over = await taken;
    try {
      return this.#begun(await this.#unheard.take(sizeOf(body), signal), over);
    } catch (error) {
      over();
      throw error;
    }
  }

  /** A request that waits for none: somebody is in danger. */
  urgent(): Turn {
    return this.#begun(this.#unheard.begin(0), this.#calls.begin(0));
  }

  #begun(heard: () => void, over: () => void): Turn {
    const { clock, isBehind } = this.#parts;
    let stopTimer = () => {};
    const wait = () => {
      stopTimer = clock.after(lateMs, () => (isBehind() ? wait() : heard()));
    };
    wait();
    const isHeard = () => {
      stopTimer();
      heard();
    };
    return {
      heard: isHeard,
      over() {
        isHeard();
        over();
      },
    };
  }

  #warn(): void {
    if (this.#hasWarned || this.waiting < manyWaiting) return;
    this.#hasWarned = true;
    process.emitWarning(`${manyWaiting} requests of ${this.#parts.of} wait for their turn`, {
      type: 'ManyRequestsWarning',
      code: 'ENTENTE_SIP_MANY_REQUESTS',
      detail: 'wait for answers before you ask for more: each one that waits takes memory',
    });
  }
}

function sizeOf(body: string | Uint8Array | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
