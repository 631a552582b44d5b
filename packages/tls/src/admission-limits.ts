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
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  /** Connections without a verdict at this moment. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes a place for a connection.
   * @param socket - the accepted connection
   * @returns gives the place back, or says which limit refuses it
   */
  enter(socket: Socket): (() => void) | RejectionOf<'throttled'> {
    const { maxPending, maxPendingPerAddress } = this.#limits;
    const address = socket.remoteAddress ?? '';
    const fromAddress = this.#byAddress.get(address) ?? 0;
    if (this.#count >= maxPending) return tooMany('connections without a verdict', maxPending);
    if (fromAddress >= maxPendingPerAddress) {
      return tooMany('connections without a verdict from one address', maxPendingPerAddress);
    }
    this.#count++;
    this.#byAddress.set(address, fromAddress + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count--;
      const left = this.#byAddress.get(address)! - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    };
  }
}
