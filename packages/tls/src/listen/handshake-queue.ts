import type { Socket } from 'node:net';

/** Handshakes that begin in one turn of the event loop: each takes about a millisecond, and what is served already waits for as long. */
export const handshakesPerTurn = 16;

/**
 * Lets handshakes begin in the order in which the connections came, a few in each turn of the event loop. After a restart thousands of
 * clients come at once: if all began, none would end within its time, and nobody else would be served. A connection that waits costs what
 * its client has sent, and its time for the handshake has not begun. A client that sends nothing holds nobody up.
 */
export class HandshakeQueue {
  readonly #begin: (socket: Socket) => void;
  readonly #schedule: (run: () => void) => void;
  readonly #waiting = new Set<Socket>();
  readonly #next = (): void => this.#turn();
  #begun = 0;
  #isScheduled = false;

  /**
   * @param begin - begins the handshake of a connection
   * @param schedule - calls once, in the next turn; default `setImmediate`
   */
  constructor(begin: (socket: Socket) => void, schedule: (run: () => void) => void = setImmediate) {
    this.#begin = begin;
    this.#schedule = schedule;
  }

  /** Connections that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @param socket - accepted; its handshake begins now or in one of the next turns */
  add(socket: Socket): void {
    this.#soon();
    if (this.#begun < handshakesPerTurn && this.#waiting.size === 0) {
      this.#begun++;
      this.#begin(socket);
      return;
    }
    // A reset while it waits must not end the process.
    socket.on('error', ignore);
    this.#waiting.add(socket);
  }

  /** @param socket - that was closed */
  remove(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  #soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.#next);
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#begun = 0;
    for (const socket of this.#waiting) {
      if (this.#begun === handshakesPerTurn) break;
      this.#waiting.delete(socket);
      if (socket.destroyed) continue;
      this.#begun++;
      this.#begin(socket);
    }
    if (this.#begun > 0) this.#soon();
  }
}

function ignore(): void {}
