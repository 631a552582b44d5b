import type { Socket } from 'node:net';
import type { RejectionOf } from '@entente/trust';
import { tooMany } from './rejections.ts';

/** Bounds on connections that have no verdict yet. */
export interface PendingLimits {
  readonly maxPending: number;
  readonly maxPendingPerAddress: number;
}

/**
 * Counts connections between accept and verdict, whole and per address: what a stranger can hold without showing who it is.
 */
export class PendingConnections {
  readonly #limits: PendingLimits;
  readonly #pending = new Set<Socket>();
  /** Kept only while there are enough of them for one address to reach its bound: asking for an address costs a system call. */
  #byAddress: Map<string, number> | undefined;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  /** Connections without a verdict at this moment. */
  get count(): number {
    return this.#pending.size;
  }

  /** The same, one by one. */
  get sockets(): Iterable<Socket> {
    return this.#pending;
  }

  /**
   * Takes a place for a connection.
   * @param socket - the accepted connection
   * @returns gives the place back, or says which limit refuses it
   */
  enter(socket: Socket): (() => void) | RejectionOf<'throttled'> {
    const { maxPending, maxPendingPerAddress } = this.#limits;
    if (this.#pending.size >= maxPending) return tooMany('connections without a verdict', maxPending);
    if (this.#pending.size < maxPendingPerAddress) this.#byAddress = undefined;
    else {
      this.#byAddress ??= countByAddress(this.#pending);
      if ((this.#byAddress.get(addressOf(socket)) ?? 0) >= maxPendingPerAddress) {
        return tooMany('connections without a verdict from one address', maxPendingPerAddress);
      }
    }
    this.#pending.add(socket);
    this.#count(socket, 1);
    return () => {
      if (this.#pending.delete(socket)) this.#count(socket, -1);
    };
  }

  #count(socket: Socket, change: 1 | -1): void {
    if (this.#byAddress === undefined) return;
    const address = addressOf(socket);
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + change);
  }
}

function countByAddress(sockets: Iterable<Socket>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    const address = addressOf(socket);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** Node remembers an address that was asked for once, so a socket counts out under the address it was counted in with. */
function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? '';
}
