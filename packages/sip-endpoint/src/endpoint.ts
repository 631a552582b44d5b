import type { TLSSocket } from 'node:tls';
import {
  defaultTimings,
  type MessageFault,
  magicCookie,
  type PlainRequest,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { AskOptions } from './ask-options.ts';
import { askRequest } from './ask-request.ts';
import type { Account } from './budget/account.ts';
import { MessageBudget } from './budget/message-budget.ts';
import { checkEndpointOptions } from './check-endpoint-options.ts';
import { BrokenPeerError, brokenTls } from './connection/broken-peer.ts';
import { checkRetried } from './connection/check-connection.ts';
import type { GivenUp } from './connection/close-reason.ts';
import { SipConnection } from './connection/connection.ts';
import { ConnectionPool } from './connection/connection-pool.ts';
import type { ConnectionLink, ConnectionUser } from './connection/connection-user.ts';
import { type DrainOptions, drain } from './connection/drain.ts';
import { EverySecond } from './connection/every-second.ts';
import { IdleWatch } from './connection/idle-watch.ts';
import type { NextHop } from './connection/next-hop.ts';
import { OwnVias } from './connection/own-vias.ts';
import type { HeldUp } from './connection/read-pause-reason.ts';
import type { TrafficCounts } from './counts/traffic-counts.ts';
import type { EndpointOptions, EndpointUser } from './endpoint-options.ts';
import type { AcceptedInvites } from './transaction/accepted-invites.ts';
import { Refuser } from './transaction/stateless-refusal.ts';
import type { ClientTransaction, ClientUser, ServerTransaction } from './transaction/transaction-context.ts';
import { TransactionLayer } from './transaction/transaction-layer.ts';
import { UnderLoad } from './transaction/under-load.ts';

export type { EndpointUser };

/** Milliseconds without a byte from the peer after which a connection is closed. */
const defaultIdleMs = 900_000;

/** SIP on connections under the verdict: transactions, connections by identity, flows by number. */
export class SipEndpoint implements ConnectionUser<SipConnection>, AsyncDisposable {
  /** Unpredictable text without spaces, new each time; as the options gave it. */
  readonly newToken: () => string;
  readonly #user: EndpointUser;
  readonly #options: EndpointOptions;
  readonly #connections = new Map<number, SipConnection>();
  readonly #pool: ConnectionPool;
  readonly #transactions: TransactionLayer;
  readonly #budget: MessageBudget;
  readonly #load: UnderLoad;
  readonly #refuser: Refuser;
  readonly #everySecond = new EverySecond();
  readonly #idleWatch: IdleWatch;
  readonly #vias = new OwnVias();
  readonly #stopRetrying: (() => void) | undefined;
  #disposed = false;

  /**
   * @param options - who we are, who decides, how to dial
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` for an option that is missing, misspelt or of another kind
   */
  constructor(options: EndpointOptions) {
    checkEndpointOptions(options);
    this.newToken = options.newToken;
    this.#options = options;
    this.#user = options.user;
    this.#budget = options.budget ?? new MessageBudget();
    this.#load = new UnderLoad(options.overload);
    this.#idleWatch = new IdleWatch(options.limits?.idleTimeoutMs ?? defaultIdleMs);
    this.#pool = new ConnectionPool({
      dial: async (hop) => {
        const { socket, link, onAged, onRefused } = await options.dial(hop);
        const connection = this.#adopt(socket, link, true);
        onAged?.({
          replace: () => this.#pool.replace(connection),
          close: () => connection.close(),
        });
        onRefused?.((error) => this.#pool.refused(hop, error));
        socket.on('error', (error) => {
          const broken = brokenTls(error);
          if (broken !== undefined) this.#pool.broken(connection, broken);
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
      newTag: options.newToken,
      load: this.#load,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    this.#refuser = new Refuser({
      transactions: this.#transactions,
      load: this.#load,
      newToken: options.newToken,
      onNotTaken: (why, request, connection) => options.user.onNotTaken?.(why, request, connection),
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

  /** INVITEs that were sent on and accepted: what stands there in the place of their transactions. */
  get accepted(): AcceptedInvites {
    return this.#transactions.accepted;
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
    const isServer = server !== undefined && protection.peer?.role !== 'partner';
    if (isServer) this.#pool.offer(server, connection);
    const { dnsNames = [], sipDomains = [] } = protection.peer ?? {};
    for (const name of dnsNames) this.#pool.forgive(name, isServer ? 'all' : 'unreachable');
    for (const domain of sipDomains) this.#pool.forgive(domain, 'unreachable');
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
   * @throws what the dialling failed of; {@link HopDownError} where it has failed a moment ago, or has no other place; DisposedError once the
   *   endpoint is disposed of, also where the dialling is under way
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

  /**
   * Lets every hop, or the one that is given, be dialled at once, also where it could not be reached a moment ago. The one that is given is still
   * left alone where it refuses or is refused, because that lasts until topology or trust state change.
   */
  retry(hop?: Pick<NextHop, 'name'>): void {
    checkRetried(hop);
    if (hop === undefined) this.#pool.forgiveAll();
    else this.#pool.forgive(hop.name, 'passing');
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
    return askRequest(this, request, connection, options);
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

  /** Closes every connection, and dials no more; what was under way ends without an answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#stopRetrying?.();
    this.#pool.close();
    this.#user.onDisposing?.();
    this.#transactions.close();
    this.#everySecond.clear();
    for (const connection of [...this.#connections.values()]) connection.close();
  }

  // What connections bring.

  get glances(): boolean {
    return this.#load.isOverloaded;
  }

  glance(request: PlainRequest, connection: SipConnection): boolean {
    return this.#refuser.glance(request, connection);
  }

  /** Called by a connection: finds or creates the transaction, or refuses the request. */
  onRequest(request: SipRequest, connection: SipConnection): void {
    const why = this.#transactions.receiveRequest(request, connection);
    if (why !== undefined) this.#refuser.refuse(why, request, connection);
  }

  /** Called by a connection: gives the response to the transaction it belongs to. */
  onResponse(response: SipResponse, connection: SipConnection): void {
    this.#transactions.receiveResponse(response, connection);
  }

  onMalformed(fault: MessageFault, connection: SipConnection): void {
    connection.refusedAtOnce(false);
    if (fault.fatal) this.#pool.broken(connection, new BrokenPeerError('messages of SIP', fault.code));
    this.#user.onMalformed?.(fault, connection);
  }

  onGivenUp(why: GivenUp, connection: SipConnection): void {
    this.#user.onGivenUp?.(why, connection);
  }

  onHeldUp(why: HeldUp, connection: SipConnection): void {
    this.#user.onHeldUp?.(why, connection);
  }

  onPong(connection: SipConnection): void {
    this.#user.onPong?.(connection);
  }

  /** Called by a connection: ends what was under way on it, then informs the user of the endpoint. */
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
