import type { PeerIdentity, RejectionOf } from '@entente/trust';
import { tooMany } from './admission-limits.ts';

/** What the connections of one peer may take together. */
export interface PeerLimits {
  /** How many there may be. */
  readonly connections: number;
  /** Octets of what was presented on them. */
  readonly bytes: number;
}

interface Taken {
  connections: number;
  bytes: number;
}

/** Counts the admitted connections of each peer that has proven who it is, and what was presented on them. */
export class PeerPlaces {
  readonly #max: PeerLimits;
  /** By {@link keyOf}. */
  readonly #taken = new Map<string, Taken>();

  /** @param max - what one peer may have */
  constructor(max: PeerLimits) {
    this.#max = max;
  }

  /**
   * Takes a place for a connection.
   * @param peer - who was proven
   * @param bytes - of what was presented
   * @returns the rejection where the peer has the most allowed; otherwise a function that gives the place back, to be called once
   */
  enter(peer: PeerIdentity, bytes: number): RejectionOf<'throttled'> | (() => void) {
    const key = keyOf(peer);
    const taken = this.#taken.get(key) ?? { connections: 0, bytes: 0 };
    if (taken.connections >= this.#max.connections)
      return tooMany('open connections of one peer', this.#max.connections);
    if (taken.bytes + bytes > this.#max.bytes)
      return tooMany('octets of certificates on open connections of one peer', this.#max.bytes);
    taken.connections++;
    taken.bytes += bytes;
    this.#taken.set(key, taken);
    return () => {
      taken.connections--;
      taken.bytes -= bytes;
      if (taken.connections === 0) this.#taken.delete(key);
    };
  }
}

/** A server keeps its name when its certificate is renewed; anybody else is known by the certificate. */
function keyOf({ fingerprint256, server }: PeerIdentity): string {
  return server === undefined ? fingerprint256 : `server ${server}`;
}
