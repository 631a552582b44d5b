import { detached } from '@entente/sip';
import type { Topology } from '@entente/topology';

/** Addresses that are remembered at most, and how long each may be: outsiders choose them. */
const maxAddresses = 4_096;
const maxLength = 128;

/** Where users are at home while one topology is in force: each request asks, and most ask for one of a few. */
export class KnownHomes {
  readonly #topology: Topology;
  readonly #homes = new Map<string, string>();

  /** @param topology - in force */
  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#homes.size;
  }

  /**
   * The front end of a user.
   * @param address - of record
   * @returns its FQDN; undefined where there is no such user
   */
  of(address: string): string | undefined {
    const known = this.#homes.get(address);
    if (known !== undefined) return known;
    const home = this.#topology.homeServer(address)?.fqdn;
    if (home === undefined || address.length > maxLength) return home;
    // What is asked for often is there again at once.
    if (this.#homes.size === maxAddresses) this.#homes.clear();
    this.#homes.set(detached(address), home);
    return home;
  }
}
