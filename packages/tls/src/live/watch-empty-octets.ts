import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import { octetsBelow } from './bytes-on-the-wire.ts';
import { EmptyOctets } from './empty-octets.ts';

const lookMs = 1_000;
/** Share of its time for which the event loop has worked since the last look; below it nobody is held up, and one look in ten is enough. */
const busy = 0.25;
const rarely = 10;

/** Looks at connections that were admitted, of a listener for as long as it listens, or dialled here. */
export class WatchEmptyOctets {
  readonly #octets = new EmptyOctets<TLSSocket>({
    came: octetsBelow,
    carried: (socket) => socket.bytesRead,
  });
  readonly #timer: NodeJS.Timeout;
  #turn = 0;
  #before = performance.eventLoopUtilization();

  /**
   * @param sockets - that were admitted and are open
   * @param onOver - called with one over which more TLS has come that carries nothing than may
   */
  constructor(sockets: Iterable<TLSSocket>, onOver: (socket: TLSSocket) => void) {
    this.#timer = setInterval(() => {
      if (!this.#isDue()) return;
      for (const socket of sockets) if (this.#octets.isOver(socket)) onOver(socket);
    }, lookMs).unref();
  }

  /** @param socket - was admitted: what has come over it so far is its handshake */
  begin(socket: TLSSocket): void {
    this.#octets.isOver(socket);
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #isDue(): boolean {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    this.#turn += 1;
    return utilization >= busy || this.#turn % rarely === 0;
  }
}
