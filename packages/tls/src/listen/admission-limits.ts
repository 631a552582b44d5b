import type { Socket } from 'node:net';
import { type RejectionOf, reject } from '@entente/trust';
import { addressGroup } from './address-group.ts';

/** Milliseconds that a client has to get through its handshake. */
export const defaultHandshakeTimeoutMs = 10_000;

/** A bound on connections of one kind. */
export interface PlaceLimits {
  /** What a refusal calls them, e.g. `open connections`. */
  readonly what: string;
  /** All of them. */
  readonly max: number;
  /** Those from one address, or one /64 of IPv6. */
  readonly maxPerAddress: number;
}

/** Counts connections of one kind, in total and for each address: what a peer can hold before it has proven a name. */
export class ConnectionPlaces {
  readonly #limits: PlaceLimits;
  readonly #taken = new Set<Socket>();
  /** Kept only while there are enough connections for one address to reach its bound: reading an address costs a system call. */
  #byAddress: Map<string, number> | undefined;

  /** @param limits - how many there may be */
  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Number of connections that have a place. */
  get count(): number {
    return this.#taken.size;
  }

  /** The connections that have a place. */
  get sockets(): Iterable<Socket> {
    return this.#taken;
  }

  /**
   * Takes a place for a connection.
   * @param socket - the accepted connection
   * @param beyond - places that there are for it after all are taken
   * @returns the rejection where a limit is reached; undefined where the connection has a place now
   */
  enter(socket: Socket, beyond = 0): RejectionOf<'throttled'> | undefined {
    const refused = this.refusal(socket, beyond);
    if (refused !== undefined) return refused;
    this.#taken.add(socket);
    this.#count(socket, 1);
    return undefined;
  }

  /**
   * Whether there is a place for a connection.
   * @param socket - the accepted connection
   * @param beyond - as with `enter`
   * @returns the rejection where a limit is reached
   */
  refusal(socket: Socket, beyond = 0): RejectionOf<'throttled'> | undefined {
    const { max, maxPerAddress, what } = this.#limits;
    if (this.#taken.size >= max + beyond) return tooMany(what, max);
    return this.isFullFor(socket) ? tooMany(`${what} from one address`, maxPerAddress) : undefined;
  }

  /**
   * Whether there is no place for a connection only because all are taken.
   * @param socket - the accepted connection
   * @param beyond - as with `enter`
   */
  isFullBut(socket: Socket, beyond: number): boolean {
    return this.#taken.size >= this.#limits.max + beyond && !this.isFullFor(socket);
  }

  /**
   * The connection that has had the longest time among those that keep another one out.
   * @param socket - the accepted connection, for which there is no place
   * @returns of the same address where that holds the most allowed
   */
  oldestBefore(socket: Socket): Socket | undefined {
    const isFull = this.isFullFor(socket);
    const group = isFull ? groupOf(socket) : undefined;
    for (const one of this.#taken) if (group === undefined || groupOf(one) === group) return one;
    return undefined;
  }

  /**
   * Whether the address of a connection has as many as it may.
   * @param socket - the accepted connection
   */
  isFullFor(socket: Socket): boolean {
    const { maxPerAddress } = this.#limits;
    if (this.#taken.size < maxPerAddress) return false;
    this.#byAddress ??= countByAddress(this.#taken);
    return (this.#byAddress.get(groupOf(socket)) ?? 0) >= maxPerAddress;
  }

  /**
   * Gives the place back. Does nothing for a connection without one.
   * @param socket - the accepted connection
   */
  leave(socket: Socket): void {
    if (!this.#taken.delete(socket)) return;
    this.#count(socket, -1);
    // Half the bound, so that one connection that opens and closes at the bound does not cause a new count each time.
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

/**
 * The group of the address of a connection. The platform forgets the address of a closed socket, so it is kept from when the connection was
 * counted.
 * @param socket - the accepted connection
 */
export function groupOf(socket: Socket): string {
  let group = groups.get(socket);
  if (group === undefined) {
    group = addressGroup(socket.remoteAddress);
    groups.set(socket, group);
  }
  return group;
}

/**
 * The rejection where a limit of the listener is reached.
 *
 * @param what - what is limited
 * @param max - the limit
 */
export function tooMany(what: string, max: number): RejectionOf<'throttled'> {
  return reject('throttled', { what, max });
}

/** The rejection of a client that gives its place to another one. */
export const unprovenTooLong: RejectionOf<'throttled'> = {
  ...reject('throttled', {}),
  message: 'expected that the client proves who it is, found nothing proven while places are short',
  remedy:
    'look for a client that connects without signing in; raise maxConnections if as many clients are intended',
};

/** The rejection of a client whose handshake does not get on. */
export const stalledHandshake: RejectionOf<'throttled'> = {
  ...reject('throttled', {}),
  message:
    'expected that the handshake ends within three seconds while others from this address wait for that, found that it did not',
  remedy: 'look for a client at this address that begins handshakes and does not end them',
};
