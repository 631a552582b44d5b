import type { Socket } from 'node:net';
import { type RejectionOf, reject } from '@entente/trust';
import { addressGroup } from './address-group.ts';

/** A bound on connections of one kind. */
export interface PlaceLimits {
  /** What they are called in a refusal, e.g. `open connections`. */
  readonly what: string;
  /** All of them. */
  readonly max: number;
  /** Those from one address, or one /64 of IPv6. */
  readonly maxPerAddress: number;
}

/** Counts connections of one kind, whole and per address: what a stranger can hold, as whoever it may come. */
export class ConnectionPlaces {
  readonly #limits: PlaceLimits;
  readonly #taken = new Set<Socket>();
  /** Kept only while there are enough of them for one address to reach its bound: asking for an address costs a system call. */
  #byAddress: Map<string, number> | undefined;

  /** @param limits how many there may be */
  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Connections that have a place at this moment. */
  get count(): number {
    return this.#taken.size;
  }

  /** The same, one by one. */
  get sockets(): Iterable<Socket> {
    return this.#taken;
  }

  /**
   * Takes a place for a connection.
   * @param socket - the accepted connection
   * @returns which limit refuses it, or `undefined` if it has its place
   */
  enter(socket: Socket): RejectionOf<'throttled'> | undefined {
    const { max, maxPerAddress, what } = this.#limits;
    if (this.#taken.size >= max) return tooMany(what, max);
    if (this.#taken.size >= maxPerAddress) {
      this.#byAddress ??= countByAddress(this.#taken);
      if ((this.#byAddress.get(groupOf(socket)) ?? 0) >= maxPerAddress) {
        return tooMany(`${what} from one address`, maxPerAddress);
      }
    }
    this.#taken.add(socket);
    this.#count(socket, 1);
    return undefined;
  }

  /**
   * Gives the place back; a connection that has none is passed over.
   * @param socket - the accepted connection
   */
  leave(socket: Socket): void {
    if (!this.#taken.delete(socket)) return;
    this.#count(socket, -1);
    // Well below the bound, so that a connection that comes and goes at it does not have all the others counted again.
    if (this.#taken.size < this.#limits.maxPerAddress / 2) this.#byAddress = undefined;
  }

  #count(socket: Socket, change: 1 | -1): void {
    if (this.#byAddress === undefined) return;
    const group = groupOf(socket);
    const count = (this.#byAddress.get(group) ?? 0) + change;
    if (count > 0) this.#byAddress.set(group, count);
    else this.#byAddress.delete(group);
  }
}

function countByAddress(sockets: Iterable<Socket>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    const group = groupOf(socket);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

const groups = new WeakMap<Socket, string>();

/** The platform forgets the address of a closed socket: one counts out where it was counted in. */
function groupOf(socket: Socket): string {
  let group = groups.get(socket);
  if (group === undefined) {
    group = addressGroup(socket.remoteAddress);
    groups.set(socket, group);
  }
  return group;
}

/**
 * A limit of the listener is reached. The catalogue speaks of partners under `throttled`; here it is the number of connections.
 *
 * @param what - the limit
 * @param max - its value
 */
export function tooMany(what: string, max: number): RejectionOf<'throttled'> {
  return {
    ...reject('throttled', {}),
    message: `expected at most ${max} ${what}, found one more`,
    remedy: 'wait, or raise the limit in the options of the listener if the load is legitimate',
  };
}
