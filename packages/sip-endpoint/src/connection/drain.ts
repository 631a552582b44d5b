import { type Interval, systemInterval } from '../timer/interval.ts';
import { checkDrain } from './check-connection.ts';
import type { Placed } from './unordered-list.ts';

/** What is closed by and by; a `SipConnection` is one. */
export interface Drained {
  /** FQDN of the server at the other end; undefined for a client. */
  readonly server: string | undefined;
  /** What is under way on it, and what only waits for its end. */
  readonly transactions: { readonly size: number; copy(): readonly Placed[] };
  close(): void;
}

/** How {@link drain} goes about it. */
export interface DrainOptions {
  /** Milliseconds, 0 or more, after which it ends with connections open. */
  readonly withinMs: number;
  /** Links to servers are kept until this resolves too: for the other sides of the same server. */
  readonly keepServersUntil?: Promise<unknown>;
  /** How to be called again; default the system's. */
  readonly interval?: Interval;
}

const lookEveryMs = 100;
/** Clients that are closed at one look at least: 200 a second. */
const leastAtOnce = 20;
/** The part of the time within which all idle clients are closed; the rest is for requests that take longer. */
const closingPart = 0.75;
/**
 * Looks for which a connection stays open after a request was under way on it: half a second, T1 of RFC 3261 §17.1.1.1. The ACK for a 2xx
 * belongs to no transaction, and may be on its way.
 */
const quietLooks = 5;

/**
 * Closes connections by and by, each when nothing is under way on it: first those of clients, a few at a time, so that they do not all come
 * to the other servers at once; then those of servers, over which requests in dialogs of these clients came. Requests that come before that
 * are still served.
 * @param connections - those that are open, whenever it looks
 * @param options - time limit, what else is waited for
 * @returns true when none is open any more, false when the time was over before
 */
export function drain(connections: () => Iterable<Drained>, options: DrainOptions): Promise<boolean> {
  checkDrain(options);
  const { interval = systemInterval, keepServersUntil, withinMs } = options;
  const looks = Math.ceil(withinMs / lookEveryMs);
  const plan = new DrainPlan(looks);
  let mayCloseServers = keepServersUntil === undefined;
  const release = (): void => {
    mayCloseServers = true;
  };
  keepServersUntil?.then(release, release);
  return new Promise((resolve) => {
    let stop = (): void => {};
    const look = (): void => {
      const left = plan.look([...connections()], mayCloseServers);
      const isDrained = left === 0 && mayCloseServers;
      if (!isDrained && plan.looksLeft > 0) return;
      stop();
      resolve(isDrained);
    };
    stop = interval.start(look, lookEveryMs);
    look();
  });
}

/** Which connections are closed at which look. */
class DrainPlan {
  /** The last look at which something was under way on a connection. */
  readonly #busyAt = new WeakMap<Drained, number>();
  readonly #looks: number;
  #look = 0;
  #clientsAtOnce = 0;

  constructor(looks: number) {
    this.#looks = looks;
  }

  get looksLeft(): number {
    return this.#looks - this.#look;
  }

  /** @returns how many stay open */
  look(connections: readonly Drained[], mayCloseServers: boolean): number {
    const clients = connections.filter(({ server }) => server === undefined);
    const servers = connections.filter(({ server }) => server !== undefined);
    if (this.#look === 0)
      this.#clientsAtOnce = Math.max(
        leastAtOnce,
        Math.ceil(clients.length / (this.#looks * closingPart || 1)),
      );
    const clientsLeft = this.#close(clients, this.#clientsAtOnce);
    const most = clientsLeft === 0 && mayCloseServers ? servers.length : 0;
    const serversLeft = this.#close(servers, most);
    this.#look++;
    return clientsLeft + serversLeft;
  }

  #close(connections: readonly Drained[], most: number): number {
    let closed = 0;
    for (const connection of connections) {
      if (!this.#isQuiet(connection) || closed >= most) continue;
      connection.close();
      closed++;
    }
    return connections.length - closed;
  }

  #isQuiet(connection: Drained): boolean {
    const { transactions } = connection;
    if (transactions.copy().some(isUnderWay)) {
      this.#busyAt.set(connection, this.#look);
      return false;
    }
    const busyAt = this.#busyAt.get(connection) ?? (transactions.size > 0 ? 0 : undefined);
    return busyAt === undefined || this.#look - busyAt >= quietLooks;
  }
}

/** States of RFC 3261 §17 and RFC 6026 in which somebody waits for a final response. */
const waiting: ReadonlySet<string | undefined> = new Set(['calling', 'trying', 'proceeding']);

function isUnderWay(item: Placed): boolean {
  const { transaction } = item as { readonly transaction?: { readonly state: string } };
  return waiting.has(transaction?.state);
}
