import { detached } from '@entente/sip';
import { monotonicNow } from '../clock/monotonic-clock.ts';
import type { SipConnection } from './connection.ts';
import { DialBackoff } from './dial-backoff.ts';
import type { HopDownError, NextHop } from './next-hop.ts';

/** Dials a hop under the verdict and wraps the socket. */
export type Dial = (hop: NextHop) => Promise<SipConnection>;

/**
 * Open connections to servers, by the identity that was proven on them: never by address, so that two names on one
 * address do not share a connection that only one of them may use.
 * @see RFC 5923 §3, §5
 */
export class ConnectionPool {
  readonly #open = new Map<string, SipConnection>();
  readonly #dialling = new Map<string, Promise<SipConnection>>();
  readonly #dial: Dial;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #backoff = new DialBackoff();
  /** Changes whenever everything is forgiven. */
  #epoch = 0;

  /**
   * @param dial - called once for many that want the same hop at the same time
   * @param clock - milliseconds since 1970, never set back or forward; default {@link monotonicNow}
   * @param random - 0 up to 1; default the system's
   */
  constructor(dial: Dial, clock: () => number = monotonicNow, random: () => number = Math.random) {
    this.#dial = dial;
    this.#clock = clock;
    this.#random = random;
  }

  /** The open connection to a name, if there is one. */
  get(name: string): SipConnection | undefined {
    const connection = this.#open.get(name);
    return connection === undefined || connection.isClosed ? undefined : connection;
  }

  /**
   * Makes a connection of a proven server available for requests towards it. The one that is open stays.
   * @param name - whom the connection leads to
   */
  offer(name: string, connection: SipConnection): void {
    if (connection.isClosed) return;
    this.#backoff.forgive(name);
    if (this.get(name) === undefined) this.#open.set(detached(name), connection);
  }

  /** A peer has shown that it is there: it may be dialled at once. */
  forgive(name: string): void {
    this.#backoff.forgive(name);
  }

  /** Every hop may be dialled at once. */
  forgiveAll(): void {
    this.#epoch++;
    this.#backoff.forgiveAll();
  }

  /**
   * The open connection to a hop, or a new one. Rejects with what the dialling failed of; for a while after that it does not
   * dial, and rejects with {@link HopDownError}.
   */
  async reach(hop: NextHop): Promise<SipConnection> {
    const open = this.get(hop.name);
    if (open !== undefined) return open;
    let dialling = this.#dialling.get(hop.name);
    if (dialling === undefined) {
      const refusal = this.#backoff.refusal(hop, this.#clock());
      if (refusal !== undefined) throw refusal;
      dialling = this.#dialOnce(hop).finally(() => this.#dialling.delete(hop.name));
      this.#dialling.set(hop.name, dialling);
    }
    const connection = await dialling;
    this.offer(hop.name, connection);
    return connection;
  }

  async #dialOnce(hop: NextHop): Promise<SipConnection> {
    const epoch = this.#epoch;
    try {
      const connection = await this.#dial(hop);
      this.#backoff.forgive(hop.name);
      return connection;
    } catch (error) {
      // What failed under an earlier state of trust or topology says nothing of the present one.
      if (epoch === this.#epoch) this.#backoff.failed(hop, error, this.#clock(), this.#random());
      throw error;
    }
  }

  /** Forgets a connection that was closed. */
  forget(connection: SipConnection): void {
    for (const [name, open] of this.#open) if (open === connection) this.#open.delete(name);
  }
}
