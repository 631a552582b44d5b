import type { Readable } from 'node:stream';

/** Requests of a client that may be refused at once within a window, before no more of them are read until it is over. */
const refusalsAtOnce = 64;
const windowMs = 500;

/**
 * Holds up a client that sends many requests which are refused at once: each costs little, but tens of thousands a second take a
 * processor. Nobody else is held up by it, and the client itself for half a second at most, so that it answers others in time.
 */
export class RefusalPause {
  readonly #socket: Pick<Readable, 'pause'>;
  readonly #resume: () => void;
  #refusals = 0;
  #window: NodeJS.Timeout | undefined = undefined;

  /**
   * @param socket - of the client
   * @param resume - goes on reading
   */
  constructor(socket: Pick<Readable, 'pause'>, resume: () => void) {
    this.#socket = socket;
    this.#resume = resume;
  }

  /** Whether the client is not read from. */
  get isPaused(): boolean {
    return this.#refusals >= refusalsAtOnce;
  }

  /** A request has been refused at once. */
  refused(): void {
    this.#window ??= setTimeout(() => this.#over(), windowMs).unref();
    if (++this.#refusals === refusalsAtOnce) this.#socket.pause();
  }

  /** The connection is closed. */
  end(): void {
    clearTimeout(this.#window);
  }

  #over(): void {
    const wasPaused = this.isPaused;
    this.#window = undefined;
    this.#refusals = 0;
    if (wasPaused) this.#resume();
  }
}
