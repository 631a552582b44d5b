import {
  clientTransactionKey,
  createResponse,
  InviteClientTransaction,
  InviteServerTransaction,
  NonInviteClientTransaction,
  NonInviteServerTransaction,
  type SipRequest,
  type SipResponse,
  SipSyntaxError,
  serverTransactionKey,
  type Timings,
  type TransactionEnd,
  type TransactionSink,
  type TransactionTimer,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { Placed } from '../connection/unordered-list.ts';
import { TimerWheel, type WheelTimer } from '../timer/timer-wheel.ts';
import { TransactionTable } from './transaction-table.ts';

/** Who is told what becomes of a request that we sent. */
export interface ClientUser {
  /** A provisional or final response; several 2xx may come for an INVITE. */
  onResponse(response: SipResponse, transaction: ClientTransaction): void;
  /** No response will come any more. After `completed` there was a final one. */
  onEnd(end: TransactionEnd, transaction: ClientTransaction): void;
}

/** For requests whose answer nobody waits for, such as CANCEL. */
export const silentUser: ClientUser = { onResponse() {}, onEnd() {} };

/** Who is told what becomes of a request that we received. */
export interface ServerUser {
  /** The transaction is over; `transport-error` and `no-ack` mean that the answer did not arrive. */
  onEnd?(end: TransactionEnd, transaction: ServerTransaction): void;
  /** The INVITE is to be given up (RFC 3261 §9.2); the CANCEL itself has been answered. */
  onCancel?(cancel: SipRequest, transaction: ServerTransaction): void;
}

/** What a transaction of ours carries with it. */
export class TransactionContext<User> implements Placed {
  readonly connection: SipConnection;
  readonly key: string;
  user: User;
  /** Whose context it is; known once the machine is made. */
  transaction: AnyTransaction | undefined = undefined;
  place = -1;
  /** At most two timers run at once; a map would cost more than it serves. */
  first: WheelTimer<TransactionTimer> | undefined = undefined;
  second: WheelTimer<TransactionTimer> | undefined = undefined;

  constructor(connection: SipConnection, key: string, user: User) {
    this.connection = connection;
    this.key = key;
    this.user = user;
  }
}

/** A request that we sent and its answers. */
export type ClientTransaction =
  | InviteClientTransaction<TransactionContext<ClientUser>>
  | NonInviteClientTransaction<TransactionContext<ClientUser>>;
/** A request that we received and our answers. */
export type ServerTransaction =
  | InviteServerTransaction<TransactionContext<ServerUser | undefined>>
  | NonInviteServerTransaction<TransactionContext<ServerUser | undefined>>;
type AnyTransaction = ClientTransaction | ServerTransaction;

/** Who decides about requests; everything about retransmission, matching and CANCEL has been done before it is asked. */
export interface TransactionUser {
  /** A new request. Answer with `transaction.respond`. */
  onRequest(transaction: ServerTransaction, connection: SipConnection): void;
  /** An ACK for a 2xx: it has no transaction and gets no answer. */
  onAck(ack: SipRequest, connection: SipConnection): void;
  /** A response that belongs to no transaction of ours; RFC 6026 §8.9 has proxies drop it. */
  onStrayResponse?(response: SipResponse, connection: SipConnection): void;
  /** Something was thrown while a message was handled; the message is answered 500 or dropped, everything else goes on. */
  onFault?(error: unknown, connection: SipConnection): void;
}

/** What a {@link TransactionLayer} needs. */
export interface TransactionLayerOptions {
  readonly user: TransactionUser;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
  readonly wheel?: TimerWheel<TransactionTimer>;
  readonly timings: Timings;
  /** Transactions kept at once; a request beyond is refused with 503. Default 200,000. */
  readonly maxTransactions?: number;
  /** Of these, how many may be under way on the connection of a peer that is not a server. Default 8,192. */
  readonly maxTransactionsPerClient?: number;
}

/** Runs the transaction machines of RFC 3261 §17 over connections that retransmit by themselves. */
export class TransactionLayer implements TransactionSink<AnyTransaction> {
  readonly #servers = new TransactionTable<ServerTransaction>();
  readonly #clients = new TransactionTable<ClientTransaction>();
  readonly #wheel: TimerWheel<TransactionTimer>;
  readonly #user: TransactionUser;
  readonly #timings: Timings;
  readonly #maxTransactions: number;
  readonly #maxPerClient: number;

  /** @param options - user, timings and bounds */
  constructor(options: TransactionLayerOptions) {
    this.#user = options.user;
    this.#wheel = options.wheel ?? new TimerWheel(options.clock);
    this.#timings = options.timings;
    this.#maxTransactions = options.maxTransactions ?? 200_000;
    this.#maxPerClient = options.maxTransactionsPerClient ?? 8_192;
  }

  /** Transactions that are alive. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** Whether a further transaction would be one too many. */
  get isFull(): boolean {
    return this.size >= this.#maxTransactions;
  }

  /**
   * Takes a request from a connection.
   * @returns false if there is no room for another transaction; nothing was done with the request
   */
  receiveRequest(request: SipRequest, connection: SipConnection): boolean {
    const key = serverKeyOn(connection, request);
    if (key === undefined) {
      // RFC 2543 branches: matching them would need other rules, and a peer that speaks TLS has no need of them.
      if (request.method !== 'ACK') connection.send(createResponse(request, 400, 'Branch without z9hG4bK'));
      return true;
    }
    const known = this.#servers.get(key);
    if (known !== undefined) {
      known.receive(request);
      return true;
    }
    if (request.method === 'ACK') {
      this.#acknowledge(request, connection);
      return true;
    }
    if (this.isFull) return false;
    // One client must not take the room of all others; what it leaves unacknowledged stays for 32 s.
    if (connection.server === undefined && connection.transactions.size >= this.#maxPerClient) return false;
    const context = new TransactionContext<ServerUser | undefined>(connection, key, undefined);
    const transaction: ServerTransaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(request, true, this, context, this.#timings)
        : new NonInviteServerTransaction(request, true, this, context, this.#timings);
    this.#servers.set(key, transaction);
    context.transaction = transaction;
    connection.transactions.add(context);
    transaction.start();
    try {
      if (request.method === 'CANCEL') this.#cancel(request, transaction, connection);
      else this.#user.onRequest(transaction, connection);
    } catch (error) {
      this.contain(error, connection);
      transaction.respond(createResponse(request, error instanceof SipSyntaxError ? 400 : 500));
    }
    return true;
  }

  /** Takes a response from a connection. */
  receiveResponse(response: SipResponse, connection: SipConnection): void {
    const key = clientTransactionKey(response);
    const transaction = key === undefined ? undefined : this.#clients.get(key);
    if (transaction === undefined || !mayAnswer(transaction.context.connection, connection)) {
      this.#user.onStrayResponse?.(response, connection);
      return;
    }
    transaction.receive(response);
  }

  /**
   * Sends a request in a new client transaction.
   * @param request - complete, with a top Via whose branch is new
   * @param connection - where to
   * @param user - receives the responses
   */
  request(request: SipRequest, connection: SipConnection, user: ClientUser): ClientTransaction {
    const key = clientTransactionKey(request);
    if (key === undefined)
      throw new TypeError('the branch of the top Via must begin with z9hG4bK; take it from SipEndpoint.via');
    const context = new TransactionContext<ClientUser>(connection, key, user);
    const transaction: ClientTransaction =
      request.method === 'INVITE'
        ? new InviteClientTransaction(request, true, this, context, this.#timings)
        : new NonInviteClientTransaction(request, true, this, context, this.#timings);
    this.#clients.set(context.key, transaction);
    context.transaction = transaction;
    connection.transactions.add(context);
    transaction.start();
    return transaction;
  }

  /** Ends what was under way on a connection that broke. */
  connectionClosed(connection: SipConnection): void {
    for (const { transaction } of connection.transactions.copy() as readonly TransactionContext<unknown>[]) {
      if (transaction === undefined) continue;
      if (isClient(transaction)) transaction.transportError();
      else {
        transaction.transportError();
        transaction.abandon();
      }
    }
  }

  /** Ends everything, without a word to the peers. */
  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon();
    this.#wheel.clear();
  }

  // The sink of every transaction: one object for all of them.

  send(transaction: AnyTransaction, message: SipRequest | SipResponse): void {
    if (!transaction.context.connection.send(message)) transaction.transportError();
  }

  deliver(transaction: AnyTransaction, message: SipRequest | SipResponse): void {
    const { connection } = transaction.context;
    if (message.kind === 'request') {
      this.#acknowledge(message, connection);
      return;
    }
    const client = transaction as ClientTransaction;
    try {
      client.context.user.onResponse(message, client);
    } catch (error) {
      this.contain(error, connection);
    }
  }

  startTimer(transaction: AnyTransaction, name: TransactionTimer, afterMs: number): void {
    const { context } = transaction;
    if (context.first?.name === name) this.#forgetFirst(context);
    else if (context.second?.name === name) this.#forgetSecond(context);
    const timer = this.#wheel.schedule(afterMs, transaction, name);
    if (context.first === undefined || context.first.owner === undefined) context.first = timer;
    else context.second = timer;
  }

  stopTimer(transaction: AnyTransaction, name: TransactionTimer): void {
    const { context } = transaction;
    if (context.first?.name === name) this.#forgetFirst(context);
    else if (context.second?.name === name) this.#forgetSecond(context);
  }

  transportFailed(transaction: AnyTransaction): void {
    const server = transaction as ServerTransaction;
    this.#tellEnd('transport-error', server);
    server.context.user = undefined;
  }

  terminated(transaction: AnyTransaction, end: TransactionEnd): void {
    const { context } = transaction;
    context.connection.transactions.remove(context);
    if (isClient(transaction)) this.#clients.delete(context.key);
    else this.#servers.delete(context.key);
    this.#tellEnd(end, transaction);
  }

  /** A user that throws here would keep the others on a broken connection, or in the same tick, from hearing of their end. */
  #tellEnd(end: TransactionEnd, transaction: AnyTransaction): void {
    try {
      if (isClient(transaction)) transaction.context.user.onEnd(end, transaction);
      else transaction.context.user?.onEnd?.(end, transaction);
    } catch (error) {
      this.contain(error, transaction.context.connection);
    }
  }

  /** RFC 3261 §9.2: the CANCEL is answered by itself, the INVITE it means is told. */
  #cancel(cancel: SipRequest, transaction: ServerTransaction, connection: SipConnection): void {
    const key = serverKeyOn(connection, cancel, 'INVITE');
    const invite = key === undefined ? undefined : this.#servers.get(key);
    if (invite === undefined) {
      transaction.respond(createResponse(cancel, 481));
      return;
    }
    transaction.respond(createResponse(cancel, 200));
    invite.context.user?.onCancel?.(cancel, invite);
  }

  #acknowledge(ack: SipRequest, connection: SipConnection): void {
    try {
      this.#user.onAck(ack, connection);
    } catch (error) {
      this.contain(error, connection);
    }
  }

  /** A header field that a peer wrote wrongly is its fault alone; anything else is ours, and told. Neither ends the process. */
  contain(error: unknown, connection: SipConnection): void {
    if (!(error instanceof SipSyntaxError)) this.#user.onFault?.(error, connection);
  }

  #forgetFirst(context: TransactionContext<unknown>): void {
    if (context.first !== undefined) this.#wheel.cancel(context.first);
    context.first = undefined;
  }

  #forgetSecond(context: TransactionContext<unknown>): void {
    if (context.second !== undefined) this.#wheel.cancel(context.second);
    context.second = undefined;
  }
}

function isClient(transaction: AnyTransaction): transaction is ClientTransaction {
  return transaction.kind === 'invite-client' || transaction.kind === 'non-invite-client';
}

/**
 * A response counts on the connection that its request went out on: nobody else can answer for that peer. A client without certificate may
 * answer over another connection from the same address, as one does that has opened a second one to the name in our Via (RFC 3261 §18.1.2
 * matches by branch alone): it has the branch, which nobody can guess.
 */
function mayAnswer(asked: SipConnection, answering: SipConnection): boolean {
  if (asked === answering) return true;
  if (!isClientHere(asked) || !isClientHere(answering) || asked.link.row !== answering.link.row) return false;
  return asked.source !== undefined && asked.source.address === answering.source?.address;
}

function isClientHere({ openedByUs, server }: SipConnection): boolean {
  return server === undefined && !openedByUs;
}

/**
 * A peer cannot touch a transaction that came in over another connection, whatever branch it writes: the key carries the
 * connection.
 */
function serverKeyOn(connection: SipConnection, request: SipRequest, method?: 'INVITE'): string | undefined {
  const key = serverTransactionKey(request, method);
  return key === undefined ? undefined : `${connection.id} ${key}`;
}
