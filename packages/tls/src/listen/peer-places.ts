import type { PeerIdentity, RejectionOf } from '@entente/trust';
import { tooMany } from './admission-limits.ts';

/** Counts the admitted connections of each peer that has proven who it is. */
export class PeerPlaces {
  readonly #max: number;
  /** By {@link keyOf}. */
  readonly #taken = new Map<string, number>();

  /** @param max - connections that one peer may have */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Takes a place for a connection.
   * @param peer - who was proven
   * @returns the rejection where the peer has the most allowed; otherwise a function that gives the place back, to be called once
   */
  enter(peer: PeerIdentity): RejectionOf<'throttled'> | (() => void) {
    const key = keyOf(peer);
    const count = this.#taken.get(key) ?? 0;
    if (count >= this.#max) return tooMany('open connections of one peer', this.#max);
    this.#taken.set(key, count + 1);
    return () => {
      const left = (this.#taken.get(key) ?? 0) - 1;
      if (left > 0) this.#taken.set(key, left);
      else this.#taken.delete(key);
    };
  }
}

/** A server keeps its name when its certificate is renewed; anybody else is known by the certificate. */
function keyOf({ fingerprint256, server }: PeerIdentity): string {
  return server === undefined ? fingerprint256 : `server ${server}`;
}
