import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one connection: a client that sends the next ones early has few in a packet. */
export const maxRequestsWaiting = 4;

/** A request, and its answer. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse & { readonly req: IncomingMessage };
}

const lines = new WeakMap<Socket, Line>();

/** @param socket - a connection of a listener of HTTP */
export function lineOf(socket: Socket): Line {
  const found = lines.get(socket);
  if (found !== undefined) return found;
  const line = new Line(socket);
  lines.set(socket, line);
  return line;
}

/** The requests of a connection: one is answered, a few wait. */
export class Line {
  readonly #socket: Socket;
  #answered: IncomingMessage | undefined;
  #isOver = false;
  #waiting: (Exchange & { readonly listener: RequestListener })[] = [];

  /** @param socket - the connection */
  constructor(socket: Socket) {
    this.#socket = socket;
    // The platform goes on reading at the end of each request.
    socket.on('resume', () => {
      if (this.#waiting.length > 0) socket.pause();
    });
  }

  /** Whether what comes next would be another request, while the one before is being answered. */
  get hasEnough(): boolean {
    return this.#answered?.complete === true;
  }

  /**
   * Takes a request that has been parsed.
   * @param exchange - the request, and its answer
   * @param listener - answers it, at once or later
   */
  enter(exchange: Exchange, listener: RequestListener): void {
    // What was in the same packet as the request that was one too many.
    if (this.#socket.destroyed || this.#isOver) return;
    if (this.#answered === undefined) {
      this.#answer(exchange, listener);
      return;
    }
    if (this.#waiting.length >= maxRequestsWaiting) {
      this.#socket.destroy();
      return;
    }
    this.#waiting.push({ ...exchange, listener });
    this.#socket.pause();
  }

  #answer({ incoming, outgoing }: Exchange, listener: RequestListener): void {
    this.#answered = incoming;
    if (hostsOf(incoming) > 1) {
      this.#isOver = true;
      this.#waiting = [];
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    outgoing.once('close', () => this.#goOn());
    listener(incoming, outgoing);
  }

  #goOn(): void {
    this.#answered = undefined;
    if (this.#socket.destroyed) {
      this.#waiting = [];
      return;
    }
    const next = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#socket.resume();
    if (next !== undefined) this.#answer(next, next.listener);
  }
}

/** The platform takes the first of several. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++;
  return hosts;
}
