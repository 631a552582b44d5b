import type { Readable } from 'node:stream';
import { RefusalPause, type RefusalRules } from './refusal-pause.ts';

/** Seconds that a client has to take the answers to its requests, while no more of them are read. */
const answerSeconds = 32;

/** Pings that come at once and are answered each. */
export const mostPongs = 8;

/** Whether a client is read from: not while it leaves the answers to its requests, and not for a moment after it has sent too much for nothing. */
export class Reading {
  readonly #socket: Pick<Readable, 'pause' | 'resume'>;
  readonly #beforeReading: () => void;
  readonly #refusals: RefusalRules;
  /** Seconds for which the client has left answers and was not read from; -1 where it has not. */
  #unreadSeconds = -1;
  #refusalPause: RefusalPause | undefined = undefined;
  #held: NodeJS.Timeout | undefined = undefined;
  #ended = false;

  /**
   * @param socket - of the peer
   * @param beforeReading - called before more is read after a while
   * @param refusals - what may be refused at once (see `RefusalPause`)
   */
  constructor(socket: Pick<Readable, 'pause' | 'resume'>, beforeReading: () => void, refusals: RefusalRules) {
    this.#socket = socket;
    this.#beforeReading = beforeReading;
    this.#refusals = refusals;
  }

  /** Whether nothing is read until the client takes its answers. */
  get waitsForAnswers(): boolean {
    return this.#unreadSeconds >= 0;
  }

  /** The client leaves the answers to its requests. */
  waitForAnswers(): void {
    this.#unreadSeconds = 0;
    this.#socket.pause();
  }

  /** It has taken them. */
  answersTaken(): void {
    this.#unreadSeconds = -1;
    this.#readOn();
  }

  /**
   * A second has passed in which it left them.
   * @returns whether that was the last one it had
   */
  isLate(): boolean {
    return ++this.#unreadSeconds > answerSeconds;
  }

  /**
   * Something of the peer was refused at once, and led to nothing; `isModest`: see `RefusalPause`.
   * @returns whether it is not read from for a while because of that
   */
  refusedAtOnce(isModest: boolean): boolean {
    return this.#pause?.refused(isModest) === true;
  }

  /**
   * The peer has sent keep-alives that nobody has asked for.
   * @returns whether it is not read from for a while because of them
   */
  keptAlive(times: number): boolean {
    return this.#pause?.keptAlive(times) === true;
  }

  /**
   * Reads nothing for a while, unless that is so already.
   * @param ms - for how long; 0: it is read
   * @returns whether that begins now
   */
  hold(ms: number): boolean {
    if (ms === 0 || this.#ended || this.#held !== undefined) return false;
    this.#held = setTimeout(() => {
      this.#held = undefined;
      this.#readOn();
    }, ms).unref();
    this.#socket.pause();
    return true;
  }

  /** The connection is closed. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#held);
    this.#refusalPause?.end();
  }

  /** Undefined for a server of ours, and on a connection that is closed. */
  get #pause(): RefusalPause | undefined {
    if (this.#ended || this.#refusals.most === Number.POSITIVE_INFINITY) return undefined;
    this.#refusalPause ??= new RefusalPause(this.#socket, () => this.#readOn(), this.#refusals);
    return this.#refusalPause;
  }

  /** Reads on where nothing else holds it up. */
  #readOn(): void {
    if (
      this.#ended ||
      this.waitsForAnswers ||
      this.#held !== undefined ||
      this.#refusalPause?.isPaused === true
    )
      return;
    this.#beforeReading();
    this.#socket.resume();
  }
}
