import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one connection: a client that sends the next ones early has few in a packet. */
export const maxRequestsWaiting = 4;

/**
 * Answers one request at a time on each connection. Those that a client has sent early are answered in order (RFC 9112 §9.3.2), and
 * nothing more is read from it meanwhile: an answer that nobody takes is then one answer, not as many as fit into a packet. A connection
 * that sends more than {@link maxRequestsWaiting} early is closed, as RFC 9112 §9.3.1 lets a server do. A request with two Host fields, of which another
 * server may read the other one, is answered 400, and nothing after it (RFC 9112 §3.2).
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
  #isOver = false;
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
    if (this.#socket.destroyed || this.#isOver) return;
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
    if (hostsOf(incoming) > 1) {
      this.#isOver = true;
      this.#waiting = [];
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
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

/** The platform takes the first of several. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++;
  return hosts;
}
