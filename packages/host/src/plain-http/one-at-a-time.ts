import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one connection: a client that sends the next ones early has few in a packet. */
export const maxRequestsWaiting = 4;

/**
 * Answers one request at a time on each connection. Those that a client has sent early are answered in order (RFC 9112 §9.3.2), and
 * nothing more is read from it meanwhile: an answer that nobody takes is then one answer, not as many as fit into a packet. A connection
 * that sends more than {@link maxRequestsWaiting} early is closed, as RFC 9112 §9.3.1 lets a server do.
 * @param listener - answers requests; called for the next one when the answer before has been written, or its connection has ended
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (incoming, outgoing) => {
    const { socket } = incoming;
    let line = lines.get(socket);
    if (line === undefined) {
      line = new Line(socket, listener);
      lines.set(socket, line);
    }
    line.enter({ incoming, outgoing });
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse & { readonly req: IncomingMessage };
}

/** The requests of a connection. */
class Line {
  readonly #socket: Socket;
  readonly #listener: RequestListener;
  #isAnswering = false;
  #waiting: Exchange[] = [];

  constructor(socket: Socket, listener: RequestListener) {
    this.#socket = socket;
    this.#listener = listener;
    // The platform goes on reading at the end of each request.
    socket.on('resume', () => {
      if (this.#waiting.length > 0) socket.pause();
    });
  }

  enter(exchange: Exchange): void {
    // What was in the same packet as the request that was one too many.
    if (this.#socket.destroyed) return;
    if (!this.#isAnswering) {
      this.#answer(exchange);
      return;
    }
    if (this.#waiting.length >= maxRequestsWaiting) {
      this.#socket.destroy();
      return;
    }
    this.#waiting.push(exchange);
    this.#socket.pause();
  }

  #answer({ incoming, outgoing }: Exchange): void {
    this.#isAnswering = true;
    outgoing.once('close', () => this.#goOn());
    this.#listener(incoming, outgoing);
  }

  #goOn(): void {
    this.#isAnswering = false;
    if (this.#socket.destroyed) {
      this.#waiting = [];
      return;
    }
    const next = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#socket.resume();
    if (next !== undefined) this.#answer(next);
  }
}
