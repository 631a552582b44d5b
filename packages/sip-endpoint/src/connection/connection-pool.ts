import { detached } from '@entente/sip';
import { isTrustError } from '@entente/tls';
import { monotonicNow } from '../clock/monotonic-clock.ts';
import type { ServiceAddress } from '../resolve/service-locator.ts';
import type { SipConnection } from './connection.ts';
import { DialBackoff, type Forgiven, isKnown } from './dial-backoff.ts';
import { Diallings } from './diallings.ts';
import { DisposedError } from './disposed-error.ts';
import { HopDownError, type NextHop } from './next-hop.ts';

/** Dials a hop under the verdict and wraps the socket. */
export type Dial = (hop: NextHop) => Promise<SipConnection>;
/** Finds where a hop is, in the order to try. */
export type Locate = (hop: NextHop) => Promise<readonly ServiceAddress[]>;

/** What a {@link ConnectionPool} needs. */
export interface ConnectionPoolOptions {
  /** Called once for many that want the same hop at the same time. */
  readonly dial: Dial;
  /** Without it a hop is at its own address and nowhere else. */
  readonly locate?: Locate | undefined;
  /** Milliseconds since 1970, never set back or forward; default {@link monotonicNow}. */
  readonly clock?: (() => number) | undefined;
  /** 0 up to 1; default the system's. */
  readonly random?: () => number;
}

/** Where a connection was dialled to. */
interface Place extends NextHop {
  /** Whether the hop is nowhere else. */
  readonly isOnly: boolean;
}

/** Places of a hop that are dialled for one request. */
const maxDials = 8;
const none: ReadonlySet<SipConnection> = new Set();

/**
 * Open connections to servers, by the identity that was proven on them: never by address, so that two names on one
 * address do not share a connection that only one of them may use.
 * @see RFC 5923 §3, §5
 */
export class ConnectionPool {
  /** The one that was opened first is used, unless its place is down. */
  readonly #open = new Map<string, SipConnection[]>();
  readonly #diallings = new Diallings<SipConnection>();
  readonly #places = new WeakMap<SipConnection, Place>();
  /** Where each connection that was dialled here leads. */
  readonly #dialled = new WeakMap<SipConnection, NextHop>();
  /** Those for which another one is being dialled. */
  readonly #replacing = new Set<SipConnection>();
  readonly #dial: Dial;
  readonly #locate: Locate | undefined;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #backoff = new DialBackoff();
  #isClosed = false;
  /** Changes whenever everything is forgiven. */
  #epoch = 0;

  /** @param options - how to find and dial a hop; time and chance */
  constructor({ clock = monotonicNow, dial, locate, random = Math.random }: ConnectionPoolOptions) {
    this.#dial = dial;
    this.#locate = locate;
    this.#clock = clock;
    this.#random = random;
  }

  /** The open connection to a name, if there is one whose place is not down. */
  get(name: string): SipConnection | undefined {
    return this.#openTo(name, none, false);
  }

  /**
   * Makes a connection of a proven server available for requests towards it. One that was dialled here stays in use; of those that the server
   * has dialled the newest is used, because it dials again before the certificates of a connection end.
   * @param name - whom the connection leads to
   */
  offer(name: string, connection: SipConnection): void {
    if (connection.isClosed) return;
    this.#backoff.forgive(name);
    const open = this.#open.get(name) ?? [];
    if (open.length > 0 && open.every((other) => !this.#dialled.has(other))) this.#open.delete(name);
    this.#keep(name, connection);
  }

  /**
   * Dials again to where a connection leads, and uses the new one from then on. What is under way goes on over the one before, which stays
   * open. Where the dialling fails, the one before stays in use.
   * @param connection - one that was dialled here, and for which none is being dialled; otherwise nothing happens
   * @returns whether another one has taken its place; it has where both servers dialled at once, and the other's came first
   */
  async replace(connection: SipConnection): Promise<boolean> {
    const hop = this.#dialled.get(connection);
    if (hop === undefined || this.#replacing.has(connection) || connection.isClosed) return false;
    if (!this.#isInUse(connection)) return this.get(hop.name) !== undefined;
    this.#replacing.add(connection);
    try {
      return this.#putInPlaceOf(connection, hop.name, await this.#dialTo(hop));
    } catch {
      return false;
    } finally {
      this.#replacing.delete(connection);
    }
  }

  /** A peer has shown that it is there: it may be dialled at once, see {@link DialBackoff.forgive}. */
  forgive(name: string, which?: Forgiven): void {
    this.#backoff.forgive(name, which);
  }

  /**
   * A server has closed a connection after its verdict: it is not dialled again for a while. A partner is, because its server may have closed it
   * for one request, and others are not held up for that.
   * @param hop - as it was dialled
   * @param error - what was found
   */
  refused(hop: NextHop, error: unknown): void {
    if (isKnown(hop)) this.#backoff.failed(hop, error, this.#clock(), this.#random());
  }

  /**
   * What came over a connection was not SIP, or not TLS: its place is not dialled again for a moment. Otherwise the other end would have a
   * handshake of this side for each request that is for it.
   * @param connection - nothing happens for one that was not dialled here
   * @param error - what was found
   */
  broken(connection: SipConnection, error: Error): void {
    const hop = this.#dialled.get(connection);
    if (hop !== undefined) this.#backoff.failed(hop, error, this.#clock(), this.#random());
  }

  /** Every hop may be dialled at once. */
  forgiveAll(): void {
    this.#epoch++;
    this.#backoff.forgiveAll();
  }

  /**
   * The server at the other end has failed a request: it answered 503, or not at all. For a while requests go to another place of the
   * hop, if it has one.
   * @param connection - on which the request went out
   * @param error - what was found
   * @returns whether the hop may be at another place
   * @see RFC 3263 §4.3
   */
  suspect(connection: SipConnection, error: unknown): boolean {
    const place = this.#places.get(connection);
    if (place === undefined || place.isOnly) return false;
    const now = this.#clock();
    // Many requests fail at once: that is one failure.
    if (!this.#backoff.isDown(place, now)) this.#backoff.failed(place, error, now, this.#random());
    return true;
  }

  /**
   * The open connection to a hop, or a new one: its places are dialled one after the other. Rejects with what the dialling failed of; for
   * a while after that it does not dial, and rejects with {@link HopDownError}.
   * @param hop - where to
   * @param tried - connections over which the request went already: their places are passed over
   */
  async reach(hop: NextHop, tried: ReadonlySet<SipConnection> = none): Promise<SipConnection> {
    if (this.#isClosed) throw new DisposedError(hop.name);
    const open = this.#openTo(hop.name, tried, false);
    if (open !== undefined) return open;
    const passed = this.#placesOf(tried);
    const key = passed.length === 0 ? hop.name : `${hop.name} ${passed.sort().join(' ')}`;
    try {
      const connection = await this.#diallings.share(key, hop.name, () => this.#dialFirst(hop, passed));
      this.#keep(hop.name, connection);
      return connection;
    } catch (error) {
      // Its place failed a moment ago, but there is no other.
      const last = this.#openTo(hop.name, tried, true);
      if (last === undefined) throw error;
      return last;
    }
  }

  /** Dials no more: what waits for a dialling hears so at once, also where that never ends. */
  close(): void {
    this.#isClosed = true;
    this.#diallings.giveUp();
  }

  /** Forgets a connection that was closed. */
  forget(connection: SipConnection): void {
    for (const [name, open] of this.#open) {
      const at = open.indexOf(connection);
      if (at === -1) continue;
      if (open.length === 1) this.#open.delete(name);
      else open.splice(at, 1);
    }
  }

  /** Dials the places of a hop until one is reached. */
  async #dialFirst(hop: NextHop, passed: readonly string[]): Promise<SipConnection> {
    const epoch = this.#epoch;
    const places = this.#locate === undefined ? [{ ...hop, isOnly: true }] : await this.#located(hop, epoch);
    let failure: unknown;
    let dials = 0;
    for (const place of places) {
      if (dials === maxDials || this.#isClosed) break;
      if (passed.includes(placeText(place))) continue;
      const refusal = this.#backoff.refusal(place, this.#clock());
      if (refusal !== undefined) {
        failure ??= refusal;
        continue;
      }
      dials++;
      try {
        const connection = await this.#dialTo(place);
        this.#backoff.reached(place);
        if (this.#locate !== undefined) this.#places.set(connection, place);
        return connection;
      } catch (error) {
        // What failed under an earlier state of trust or topology says nothing of the present one.
        if (epoch === this.#epoch) this.#backoff.failed(place, error, this.#clock(), this.#random());
        failure = plainer(failure, error ?? new HopDownError(place, 0, new Error('dial does not say why')));
      }
    }
    throw failure ?? new HopDownError(hop, 0, new Error('it has no other address'));
  }

  async #dialTo(hop: NextHop): Promise<SipConnection> {
    const connection = await this.#dial(hop);
    this.#dialled.set(connection, hop);
    return connection;
  }

  #putInPlaceOf(connection: SipConnection, name: string, next: SipConnection): boolean {
    if (next.isClosed) return false;
    const place = this.#places.get(connection);
    if (place !== undefined) this.#places.set(next, place);
    let isTaken = false;
    for (const open of this.#open.values()) {
      const at = open.indexOf(connection);
      if (at === -1) continue;
      open[at] = next;
      isTaken = true;
    }
    // The one before has closed while this one was dialled.
    if (!isTaken && this.get(name) === undefined) this.#keep(name, next);
    else if (!isTaken) next.close();
    return isTaken;
  }

  #isInUse(connection: SipConnection): boolean {
    return [...this.#open.values()].some((open) => open.includes(connection));
  }

  async #located(hop: NextHop, epoch: number): Promise<readonly Place[]> {
    const refusal = this.#backoff.refusal(hop, this.#clock());
    if (refusal !== undefined) throw refusal;
    try {
      const found = (await this.#locate?.(hop)) ?? [];
      if (found.length === 0) throw new HopDownError(hop, 0, new Error('DNS names no address for it'));
      this.#backoff.reached(hop);
      return found.map((at) => ({ ...hop, ...at, isOnly: found.length === 1 }));
    } catch (error) {
      if (epoch === this.#epoch) this.#backoff.failed(hop, error, this.#clock(), this.#random());
      throw error;
    }
  }

  /** @param evenIfDown - whether one counts whose place is down */
  #openTo(name: string, tried: ReadonlySet<SipConnection>, evenIfDown: boolean): SipConnection | undefined {
    const open = this.#open.get(name);
    if (open === undefined) return undefined;
    for (const connection of open) {
      if (connection.isClosed || tried.has(connection)) continue;
      if (evenIfDown || this.#backoff.size === 0 || !this.#isDown(connection)) return connection;
    }
    return undefined;
  }

  #isDown(connection: SipConnection): boolean {
    const place = this.#places.get(connection);
    return place !== undefined && this.#backoff.isDown(place, this.#clock());
  }

  #keep(name: string, connection: SipConnection): void {
    if (connection.isClosed) return;
    const open = (this.#open.get(name) ?? []).filter((other) => !other.isClosed);
    // Each place has one connection; of those that come in one is enough.
    const isSpare = this.#places.has(connection) ? open.includes(connection) : this.get(name) !== undefined;
    if (!isSpare) this.#open.set(detached(name), [...open, connection]);
  }

  #placesOf(tried: ReadonlySet<SipConnection>): string[] {
    const passed: string[] = [];
    for (const connection of tried) {
      const place = this.#places.get(connection);
      if (place !== undefined) passed.push(placeText(place));
    }
    return passed;
  }
}

function placeText({ address, port }: NextHop): string {
  return `${address} ${port}`;
}

/** Of two failures the one to report: a refusal by a verdict says more than a closed port, and that more than a pause. */
function plainer(first: unknown, second: unknown): unknown {
  if (first === undefined || first instanceof HopDownError) return second;
  return isTrustError(first) || !isTrustError(second) ? first : second;
}
