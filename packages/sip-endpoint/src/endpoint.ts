import type { TLSSocket } from 'node:tls';
import {
  createCancel,
  createResponse,
  defaultTimings,
  edit,
  type MessageFault,
  magicCookie,
  type SipRequest,
  type SipResponse,
  type Timings,
  type Via,
} from '@entente/sip';
import type { Account } from './budget/account.ts';
import { MessageBudget } from './budget/message-budget.ts';
import { type ConnectionLink, type ConnectionUser, SipConnection } from './connection/connection.ts';
import type { ConnectionLimits } from './connection/connection-limits.ts';
import { ConnectionPool } from './connection/connection-pool.ts';
import type { DialledSocket } from './connection/dialled-socket.ts';
import { type DrainOptions, drain } from './connection/drain.ts';
import { EverySecond } from './connection/every-second.ts';
import type { GivenUp } from './connection/given-up.ts';
import { IdleWatch } from './connection/idle-watch.ts';
import type { NextHop } from './connection/next-hop.ts';
import { OwnVias, type SentBy } from './connection/own-vias.ts';
import type { TrafficCounts } from './counts/traffic-counts.ts';
import type { ServiceAddress } from './resolve/service-locator.ts';
import { NoAnswerError } from './transaction/no-answer.ts';
import {
  type ClientTransaction,
  type ClientUser,
  type ServerTransaction,
  silentUser,
} from './transaction/transaction-context.ts';
import { type NotTaken, TransactionLayer } from './transaction/transaction-layer.ts';

/** Who decides about requests of an endpoint. */
export interface EndpointUser {
  /** A new request, matched and deduplicated; answer with `transaction.respond`. */
  onRequest(transaction: ServerTransaction, connection: SipConnection): void;
  /** An ACK for a 2xx: pass it on or take note of it. */
  onAck(ack: SipRequest, connection: SipConnection): void;
  /** A connection is up, dialled or accepted. */
  onConnection?(connection: SipConnection): void;
  onClosed?(connection: SipConnection): void;
  /** The peer has answered a keep-alive (RFC 5626 §4.4.1). */
  onPong?(connection: SipConnection): void;
  /** The endpoint is about to close all connections: begin nothing more on them. */
  onDisposing?(): void;
  /** Bytes that were no message; they have been answered where that is possible. */
  onMalformed?(fault: MessageFault, connection: SipConnection): void;
  /** A request was answered 503 without being looked at, for what its sender has under way or has done before. */
  onNotTaken?(why: NotTaken, request: SipRequest, connection: SipConnection): void;
  /** A connection is about to be closed, for what its peer alone has done. */
  onGivenUp?(why: GivenUp, connection: SipConnection): void;
  /** Something was thrown while a message was handled: a fault of this program. The message is answered 500 or dropped. */
  onFault?(error: unknown, connection: SipConnection): void;
}

/** What an endpoint needs. */
export interface EndpointOptions {
  /** What stands in our Via; where it depends on who gets the request, a function of the link. */
  readonly sentBy: SentBy | ((link: ConnectionLink) => SentBy);
  readonly user: EndpointUser;
  /**
   * Dials a hop under the verdict.
   * @returns the socket that `connect` of `@entente/tls` gave
   */
  readonly dial: (hop: NextHop) => Promise<DialledSocket>;
  /**
   * Finds where a hop is, in the order to try; the hop that is dialled then has host, address and port of one of them. Without it each
   * hop is dialled at the address that it has.
   * @see RFC 3263 §4
   */
  readonly locate?: (hop: NextHop) => Promise<readonly ServiceAddress[]>;
  /**
   * A hop that could not be reached is not dialled again for a while: half a second, doubling to 15 seconds. What may have
   * changed that calls the listener given here, e.g. `trust.onChange`; it returns what stops it.
   */
  readonly retryOn?: (listener: () => void) => () => void;
  /** Unpredictable text without spaces, for branches. */
  readonly newToken: () => string;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
  readonly timings?: Timings;
  readonly limits?: ConnectionLimits;
  /** What all messages under way may take, shared by the endpoints of a process; default one with the default ceilings. */
  readonly budget?: MessageBudget;
}

/** How {@link SipEndpoint.ask} waits. */
export interface AskOptions {
  readonly onProvisional?: ((response: SipResponse) => void) | undefined;
  /** A 2xx to an INVITE after the first final response: of another device, or the same again (RFC 3261 §13.2.2.4). */
  readonly onFurtherSuccess?: ((response: SipResponse) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds without a byte from the peer after which a connection is closed. */
const defaultIdleMs = 900_000;

/** SIP on connections under the verdict: transactions, connections by identity, flows by number. */
export class SipEndpoint implements ConnectionUser, AsyncDisposable {
  readonly newToken: () => string;
  readonly #user: EndpointUser;
  readonly #options: EndpointOptions;
  readonly #connections = new Map<number, SipConnection>();
  readonly #pool: ConnectionPool;
  readonly #transactions: TransactionLayer;
  readonly #budget: MessageBudget;
  readonly #everySecond = new EverySecond();
  readonly #idleWatch: IdleWatch;
  readonly #vias = new OwnVias();
  readonly #stopRetrying: (() => void) | undefined;
  #disposed = false;

  /** @param options - who we are, who decides, how to dial */
  constructor(options: EndpointOptions) {
    this.newToken = options.newToken;
    this.#options = options;
    this.#user = options.user;
    this.#budget = options.budget ?? new MessageBudget();
    this.#idleWatch = new IdleWatch(options.limits?.idleTimeoutMs ?? defaultIdleMs);
    this.#pool = new ConnectionPool({
      dial: async (hop) => {
        const { socket, link, onAged } = await options.dial(hop);
        const connection = this.#adopt(socket, link, true);
        onAged?.({
          replace: () => this.#pool.replace(connection),
          close: () => connection.close(),
        });
        return connection;
      },
      locate: options.locate,
      clock: options.clock,
    });
    this.#stopRetrying = options.retryOn?.(() => this.retry());
    this.#transactions = new TransactionLayer({
      user: options.user,
      timings: options.timings ?? defaultTimings,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
  }

  /** Tells the user of what was thrown while a message of this connection was handled, outside of any transaction. */
  fault(error: unknown, connection: SipConnection): void {
    this.#transactions.contain(error, connection);
  }

  /** Open connections. */
  get connections(): Iterable<SipConnection> {
    return this.#connections.values();
  }

  /** What it has seen so far. */
  get counts(): TrafficCounts {
    return this.#transactions.counts;
  }

  /** Transactions that are alive. */
  get transactions(): number {
    return this.#transactions.size;
  }

  /**
   * Speaks SIP on an accepted socket.
   * @param socket - admitted by `serve(tls, …)` of `@entente/tls`
   * @param link - the link it was admitted on
   */
  accept(socket: TLSSocket, link: ConnectionLink): SipConnection {
    const connection = this.#adopt(socket, link, false);
    // A server that dialled us is reached over its own connection (RFC 5923 §5): it has proven its name on it.
    // A partner has proven domains, and its `server` is but the name of its entry: requests to it are dialled for by domain.
    const { server, protection } = connection;
    if (server !== undefined && protection.peer?.role !== 'partner') this.#pool.offer(server, connection);
    const { dnsNames = [], sipDomains = [] } = protection.peer ?? {};
    for (const name of [...dnsNames, ...sipDomains]) this.#pool.forgive(name);
    return connection;
  }

  /** The open connection with a number, if it is still open. */
  flow(id: number): SipConnection | undefined {
    return this.#connections.get(id);
  }

  /** The open connection to a hop, or `undefined` if it must be dialled first. */
  connected(hop: NextHop): SipConnection | undefined {
    return this.#pool.get(hop.name);
  }

  /**
   * Dials a hop unless a connection to it is open.
   * @param hop - where to
   * @param tried - connections over which the request went already: another place of the hop is wanted
   * @throws what the dialling failed of; {@link HopDownError} where it has failed a moment ago, or has no other place
   */
  reach(hop: NextHop, tried?: ReadonlySet<SipConnection>): Promise<SipConnection> {
    return this.#pool.reach(hop, tried);
  }

  /**
   * The server at the other end has failed a request: it answered 503, or not at all. New requests go to another place of its hop for a
   * while.
   * @param connection - on which the request went out
   * @param error - what was found
   * @returns whether there may be another place, so that the request can be sent there in a new transaction
   * @see RFC 3263 §4.3
   */
  suspect(connection: SipConnection, error: unknown): boolean {
    return this.#pool.suspect(connection, error);
  }

  /** Lets every hop be dialled at once, also one that could not be reached a moment ago. */
  retry(): void {
    this.#pool.forgiveAll();
  }

  /**
   * Sends a request that already has its top Via. A body of more than 4 KiB is dropped once it is on its way.
   * @param request - complete, its branch new
   * @param connection - where to
   * @param user - receives the responses
   * @param sender - in whose ledger it counts; undefined: it is this process's own
   */
  forward(
    request: SipRequest,
    connection: SipConnection,
    user: ClientUser,
    sender?: Account,
  ): ClientTransaction {
    return this.#transactions.request(request, connection, user, sender);
  }

  /**
   * A server sends a request for somebody with whom many share its room: once half of that is taken, each leaves room for the next one.
   * @param transaction - of the request
   * @param sender - for whom, e.g. the address that the server asserts
   * @returns whether they do with this request; refuse it otherwise
   */
  countFor(transaction: ServerTransaction, sender: string): boolean {
    return this.#transactions.countFor(transaction, sender);
  }

  /**
   * Answers a request with a failure and keeps nothing of it, not even until its ACK.
   * @param transaction - of the request
   * @param response - 300 to 699
   */
  refuse(transaction: ServerTransaction, response: SipResponse): void {
    this.#transactions.refuse(transaction, response);
  }

  /**
   * What makes a branch new: no other of this process is the same, and who sees those of one connection cannot guess those of another.
   * @param connection - on which the request goes out
   */
  newBranch(connection: SipConnection): string {
    connection.branchPrefix ??= this.newToken();
    return `${connection.branchPrefix}${++connection.branches}`;
  }

  /**
   * The Via of a request that we send.
   * @param connection - on which it goes out: `alias` is for connections on which we have proven who we are
   * @param branch - new for each transaction, with the magic cookie
   */
  via(connection: SipConnection, branch: string = magicCookie + this.newBranch(connection)): Via {
    const { sentBy } = this.#options;
    const own = typeof sentBy === 'function' ? sentBy(connection.link) : sentBy;
    return this.#vias.with(own, connection.protection.protection === 'MTLS', branch);
  }

  /**
   * Sends a request of our own and waits for its final response.
   * @param request - without our Via
   * @param connection - where to
   * @param options - `onProvisional` receives each 1xx; `signal` cancels an INVITE (RFC 3261 §9.1)
   * @throws NoAnswerError if no final response comes
   */
  ask(request: SipRequest, connection: SipConnection, options: AskOptions = {}): Promise<SipResponse> {
    const sent = edit(request).prepend('Via', this.via(connection)).toMessage();
    const { onFurtherSuccess, onProvisional, signal } = options;
    return new Promise((resolve, reject) => {
      let ringing = false;
      let answered = false;
      const cancel = () => {
        // A CANCEL may follow a provisional response only, and means something for INVITE only.
        if (ringing && sent.method === 'INVITE') this.forward(createCancel(sent), connection, silentUser);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.forward(sent, connection, {
        onResponse(response) {
          if (answered) {
            if (response.status >= 200 && response.status < 300) onFurtherSuccess?.(response);
          } else if (response.status >= 200) {
            answered = true;
            resolve(response);
          } else {
            const first = !ringing;
            ringing = true;
            if (first && signal?.aborted) cancel();
            onProvisional?.(response);
          }
        },
        onEnd(end) {
          signal?.removeEventListener('abort', cancel);
          if (end !== 'completed') reject(new NoAnswerError(end, request.method, placeOf(connection)));
        },
      });
    });
  }

  /**
   * Sends a message that belongs to no transaction: an ACK for a 2xx.
   * @param sender - in whose ledger the ACK's sender counts; undefined: this process
   */
  sendAck(ack: SipRequest, connection: SipConnection, sender?: Account): boolean {
    return connection.send(ack, sender);
  }

  /** Closes connections by and by, each when nothing is under way on it; see {@link drain}. */
  drain(options: DrainOptions): Promise<boolean> {
    return drain(() => this.#connections.values(), options);
  }

  /** Closes every connection; what was under way ends without an answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#stopRetrying?.();
    this.#user.onDisposing?.();
    this.#transactions.close();
    this.#everySecond.clear();
    for (const connection of [...this.#connections.values()]) connection.close();
  }

  // What connections bring.

  onRequest(request: SipRequest, connection: SipConnection): void {
    const why = this.#transactions.receiveRequest(request, connection);
    if (why === undefined) return;
    this.#user.onNotTaken?.(why, request, connection);
    // RFC 7339 §5.10.2: no Retry-After, it would stop all traffic of this peer.
    connection.send(createResponse(request, 503, undefined, { toTag: this.newToken() }));
    connection.refusedAtOnce();
  }

  onResponse(response: SipResponse, connection: SipConnection): void {
    this.#transactions.receiveResponse(response, connection);
  }

  onMalformed(fault: MessageFault, connection: SipConnection): void {
    this.#user.onMalformed?.(fault, connection);
  }

  onGivenUp(why: GivenUp, connection: SipConnection): void {
    this.#user.onGivenUp?.(why, connection);
  }

  onPong(connection: SipConnection): void {
    this.#user.onPong?.(connection);
  }

  onClosed(connection: SipConnection): void {
    this.counts.connection(connection.link.name, -1);
    this.#connections.delete(connection.id);
    this.#pool.forget(connection);
    this.#transactions.connectionClosed(connection);
    this.#user.onClosed?.(connection);
  }

  #adopt(socket: TLSSocket, link: ConnectionLink, openedByUs: boolean): SipConnection {
    const { limits } = this.#options;
    const connection = new SipConnection(socket, {
      link,
      openedByUs,
      user: this,
      budget: this.#budget,
      everySecond: this.#everySecond,
      idleWatch: this.#idleWatch,
      ...(limits === undefined ? {} : { limits }),
    });
    this.counts.connection(link.name, 1);
    // Dialled or accepted while everything was being closed: nobody would close it any more.
    if (this.#disposed) {
      connection.close();
      return connection;
    }
    this.#connections.set(connection.id, connection);
    this.#user.onConnection?.(connection);
    return connection;
  }
}

/** The other side of a connection, for a fault. */
function placeOf({ server, socket }: SipConnection): string {
  return server ?? `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`;
}
