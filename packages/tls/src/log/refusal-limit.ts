import { callback } from '@entente/options';
import { addressGroup } from '../listen/address-group.ts';
import { checks } from '../options/checks.ts';

/** What a line of the log says of refusals that got no line of their own. */
export interface LeftOut {
  /** Refusals of the same peer since its last line. */
  readonly more?: number;
  /** Refusals of peers that are no longer remembered one by one, since the last line that said so. */
  readonly moreOfOthers?: number;
}

/** Whom a refusal is about. */
export interface RefusedPeer {
  /** What it has proven to be. */
  readonly name?: string | undefined;
  /** IP address; counts where there is no name. Addresses of one /64 of IPv6 count as one. */
  readonly address?: string | undefined;
  /** Whether it had been admitted before. */
  readonly admitted: boolean;
}

/** Lines within one second for one peer. */
const maxLinesOfPeer = 10;
/** Lines within one second for all peers together that have not been admitted: further addresses cost a peer next to nothing. */
const maxLinesOfUnadmitted = 100;
/** Peers that are remembered one by one. */
const maxPeers = 1_000;
const windowMs = 1_000;

/**
 * Bounds how many lines of a log refused peers can cause: 10 in a second for each of them, and 100 for all that were never
 * admitted. Refusals without a line are counted, and the next line has the count.
 */
export class RefusalLimit {
  readonly #now: () => number;
  readonly #peers = new Map<string, LineWindow>();
  readonly #unadmitted = new LineWindow(maxLinesOfUnadmitted);
  readonly #overload = new LineWindow(1);
  #forgotten = 0;

  /** @param now - gives milliseconds since the epoch; default the system's clock */
  constructor(now: () => number = Date.now) {
    callback.read(now, checks.optionsOf('RefusalLimit').within('first argument'));
    this.#now = now;
  }

  /**
   * Asks for a line about a refused peer.
   * @param peer - who was refused
   * @returns what to add to the line; undefined: write none
   */
  line(peer: RefusedPeer): LeftOut | undefined {
    const now = this.#now();
    const own = this.#windowOf(peer.name ?? addressGroup(peer.address));
    const granted = own.take(now) && (peer.admitted || this.#unadmitted.take(now));
    return granted ? this.#taken(own) : own.leaveOut();
  }

  /**
   * Asks for a line about a connection that a bound of the listener refused before its handshake: one in a second for all peers,
   * because such a connection costs a peer nothing but a packet.
   * @returns what to add to the line; undefined: write none
   */
  overloadLine(): LeftOut | undefined {
    return this.#overload.take(this.#now()) ? this.#taken(this.#overload) : this.#overload.leaveOut();
  }

  #taken(own: LineWindow): LeftOut {
    const more = own.leftOut;
    const moreOfOthers = this.#forgotten;
    own.leftOut = 0;
    this.#forgotten = 0;
    return { ...(more === 0 ? {} : { more }), ...(moreOfOthers === 0 ? {} : { moreOfOthers }) };
  }

  #windowOf(peer: string): LineWindow {
    const known = this.#peers.get(peer);
    if (known !== undefined) return known;
    if (this.#peers.size >= maxPeers) this.#forgetOldest();
    const own = new LineWindow(maxLinesOfPeer);
    this.#peers.set(peer, own);
    return own;
  }

  #forgetOldest(): void {
    for (const [peer, { leftOut }] of this.#peers) {
      this.#peers.delete(peer);
      this.#forgotten += leftOut;
      return;
    }
  }
}

/** The lines of one second, which begins with the first of them. */
class LineWindow {
  /** Refusals without a line since the last line. */
  leftOut = 0;
  readonly #max: number;
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor(max: number) {
    this.#max = max;
  }

  take(now: number): boolean {
    // A clock that was set back must not silence a peer until it has caught up.
    if (now < this.#since || now - this.#since >= windowMs) {
      this.#since = now;
      this.#lines = 0;
    }
    if (this.#lines >= this.#max) return false;
    this.#lines++;
    return true;
  }

  leaveOut(): undefined {
    this.leftOut++;
  }
}
