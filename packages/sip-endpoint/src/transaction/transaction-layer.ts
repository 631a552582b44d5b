import {
  createResponse,
  InviteClientTransaction,
  InviteServerTransaction,
  magicCookie,
  NonInviteClientTransaction,
  NonInviteServerTransaction,
  type PlainRequest,
  type SipRequest,
  type SipResponse,
  SipSyntaxError,
  type Timings,
  type TransactionEnd,
  type TransactionSink,
  type TransactionTimer,
  transactionBranch,
} from '@entente/sip';
import type { Account } from '../budget/account.ts';
import type { SipConnection } from '../connection/connection.ts';
import { TrafficCounts } from '../counts/traffic-counts.ts';
import { TimerWheel } from '../timer/timer-wheel.ts';
import { AcceptedInvites } from './accepted-invites.ts';
import { answerCancel } from './answer-cancel.ts';
import { clientKeyOf } from './client-key.ts';
import { endWithConnection } from './end-with-connection.ts';
import { isLater } from './is-promise.ts';
import { mayAnswer } from './may-answer.ts';
import type { NotTaken } from './not-taken-reason.ts';
import { isOrdinaryRefusal } from './ordinary-refusal.ts';
import { RefusedInvites } from './refused-invites.ts';
import { ServerTransactions } from './server-transactions.ts';
import { countLess, settle } from './settled-invite.ts';
import { isInPassing, isTooMany } from './too-many-responses.ts';
import { tellTransaction } from './transaction-channel.ts';
import {
  type AnyTransaction,
  type ClientTransaction,
  type ClientUser,
  isClient,
  type ServerTransaction,
  type ServerUser,
  TransactionContext,
} from './transaction-context.ts';
import { costOf } from './transaction-cost.ts';
import type { TransactionLayerOptions, TransactionUser } from './transaction-layer-options.ts';
import { TransactionTable } from './transaction-table.ts';
import { UnderLoad } from './under-load.ts';

/** Runs the transaction machines of RFC 3261 §17 over connections that retransmit by themselves. */
export class TransactionLayer implements TransactionSink<AnyTransaction> {
  readonly #servers = new ServerTransactions();
  readonly #clients = new TransactionTable<ClientTransaction>();
  readonly #wheel: TimerWheel<TransactionTimer>;
  readonly #user: TransactionUser;
  readonly #timings: Timings;
  readonly #refused = new RefusedInvites();
  readonly #load: UnderLoad;
  readonly #newTag: () => string;
  #isDelivering = false;
  /** An INVITE that was accepted while a response is delivered. */
  #justAccepted: ServerTransaction | undefined = undefined;
  readonly counts = new TrafficCounts();
  /** INVITEs that were sent on and accepted: what stands there in the place of their transactions. */
  readonly accepted: AcceptedInvites;

  /** @param options - user and timings */
  constructor(options: TransactionLayerOptions) {
    this.#user = options.user;
    this.#wheel = options.wheel ?? new TimerWheel(options.clock);
    this.#timings = options.timings;
    this.accepted = new AcceptedInvites(this, this.#wheel, 64 * options.timings.t1Ms);
    this.#load = options.load ?? new UnderLoad();
    this.#newTag = options.newTag;
  }

  /** Transactions that are alive. */
  get size(): number {
    return this.#servers.size + this.#clients.size + this.accepted.size;
  }

  /**
   * Takes a request from a connection.
   * @returns why nothing was done with the request
   */
  receiveRequest(request: SipRequest, connection: SipConnection): NotTaken | undefined {
    const branch = transactionBranch(request);
    if (branch === undefined) {
      // RFC 2543 branches: matching them would need other rules, and a peer that speaks TLS has no need of them.
      connection.refusedAtOnce(false);
      if (request.method === 'ACK') return undefined;
      connection.send(createResponse(request, 400, 'Branch without z9hG4bK', { toTag: this.#newTag() }));
      return undefined;
    }
    const isAck = request.method === 'ACK';
    // It acknowledges a failure of which nothing is kept, and goes no further.
    if (isAck && this.#refused.takes(connection, branch)) return undefined;
    const known = this.#servers.find(branch, request, connection);
    // The ACK of a failure ends its INVITE; anything else that repeats a branch may come without end, and nobody refuses it.
    if (isAck ? known?.state !== 'completed' : known !== undefined) connection.sentInDialog();
    if (known !== undefined) {
      known.receive(request);
      return undefined;
    }
    if (isAck) {
      this.#acknowledge(request, connection);
      return undefined;
    }
    if (request.method === 'INVITE' && this.accepted.hasReceived(branch, request, connection))
      return void connection.sentInDialog();
    // A peer that takes no answers asks in vain.
    if (connection.isFull) return undefined;
    const cost = costOf(request, request.bodyLength);
    const why = this.#whyNot(request, connection, cost);
    if (why !== undefined) {
      // Its ACK goes no further (RFC 3261 §17.1.1.3).
      if (request.method === 'INVITE') this.#refused.add(connection, branch);
      return why;
    }
    this.#begin(request, connection, branch, cost);
    return undefined;
  }

  /** A new request, for which there is room: it gets a transaction, and the user decides about it. */
  #begin(request: SipRequest, connection: SipConnection, branch: string, cost: number): void {
    const { ledger } = connection;
    const context = new TransactionContext<ServerUser | undefined>(
      connection,
      branch,
      undefined,
      ledger,
      cost,
    );
    const transaction: ServerTransaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(request, true, this, context, this.#timings)
        : new NonInviteServerTransaction(request, true, this, context, this.#timings);
    this.#servers.add(branch, transaction);
    context.transaction = transaction;
    connection.transactions.add(context);
    this.counts.request(request.method);
    transaction.start();
    try {
      if (request.method === 'REGISTER' || request.to.tag !== undefined) connection.sentInDialog();
      if (request.method === 'CANCEL')
        answerCancel(transaction, this.#servers, this.accepted, this.#newTag());
      else {
        const taken: unknown = this.#user.onRequest(transaction, connection);
        // Nearly every user returns nothing: no more is looked at then.
        if (typeof taken === 'object' && isLater(taken))
          Promise.resolve(taken).catch((error) => this.#failed(error, transaction));
      }
    } catch (error) {
      this.#failed(error, transaction);
    }
  }

  /**
   * Looks at a request that nobody has read, while there is more to do than this process can.
   * @returns what is to be done with it; undefined: it has to be read
   */
  glance(
    request: PlainRequest,
    connection: SipConnection,
  ): 'acknowledges-refusal' | 'overloaded' | undefined {
    const { branch, method } = request;
    if (method === 'ACK') return this.#refused.takes(connection, branch) ? 'acknowledges-refusal' : undefined;
    if (connection.isFull || this.#servers.mayKnow(branch)) return undefined;
    if (!this.#load.refusesAtAGlance(request, connection, this.#user)) return undefined;
    if (method === 'INVITE') this.#refused.add(connection, branch);
    return 'overloaded';
  }

  /** First what costs least: under load nothing else is done for a request. */
  #whyNot(request: SipRequest, connection: SipConnection, cost: number): NotTaken | undefined {
    try {
      if (this.#load.refuses(request, connection, this.#user)) return 'overloaded';
    } catch (error) {
      // What cannot be read is answered 400 where its form is checked.
      this.contain(error, connection);
    }
    if (connection.asksInVain(request)) return 'in-vain';
    return connection.ledger.take(cost, 1) ? undefined : 'no-room';
  }

  /**
   * Answers with a failure and keeps nothing: no state, and no copy of the request, for somebody who may not have what they ask for.
   * Connections here repeat no response by themselves, so a transaction would only wait for the ACK of an INVITE.
   * @param response - 300 to 699
   */
  refuse(transaction: ServerTransaction, response: SipResponse): void {
    const { connection } = transaction.context;
    connection.refusedAtOnce(isOrdinaryRefusal(transaction.request, response.status));
    if (transaction.kind !== 'invite-server' || transaction.state !== 'proceeding') {
      transaction.respond(response);
      return;
    }
    this.counts.answer(response.status);
    tellTransaction(transaction, response.status);
    const branch = transactionBranch(transaction.request);
    if (branch !== undefined) this.#refused.add(connection, branch);
    connection.send(response);
    transaction.abandon();
  }

  /**
   * A server sends a request for somebody with whom many share its room.
   * @param transaction - of the request
   * @param sender - for whom
   * @returns whether they leave room for others with it
   */
  countFor({ context }: ServerTransaction, sender: string): boolean {
    const account = context.connection.ledger.openFor(sender);
    if (!account.takeOver(context.cost, 1)) return false;
    context.ledger = account;
    return true;
  }

  /** Takes a response from a connection. */
  receiveResponse(response: SipResponse, connection: SipConnection): void {
    const { method } = response.cseq;
    const key = clientKeyOf(response.topVia.branch, method);
    const transaction = key === undefined ? undefined : this.#clients.get(key);
    if (transaction === undefined && key !== undefined && this.accepted.takes(response, key, connection))
      return;
    // The branch is ours, and new for each request but a CANCEL (RFC 3261 §17.1.3).
    if (transaction?.request.method !== method || !mayAnswer(transaction.context.connection, connection)) {
      connection.refusedAtOnce(false);
      this.#user.onStrayResponse?.(response, connection);
      return;
    }
    const mayRepeat = response.status < 200 || transaction.state === 'accepted';
    if (mayRepeat && isTooMany(transaction.context, connection, this.#wheel)) connection.refusedAtOnce(false);
    else transaction.receive(response);
  }

  /**
   * Sends a request in a new client transaction.
   * @param request - complete, with a top Via whose branch is new
   * @param connection - where to
   * @param user - receives the responses
   * @param sender - in whose ledger it counts; undefined: nowhere
   */
  request(
    request: SipRequest,
    connection: SipConnection,
    user: ClientUser,
    sender?: Account,
  ): ClientTransaction {
    const key = clientKeyOf(request.topVia.branch, request.method);
    if (key === undefined || !key.startsWith(magicCookie))
      throw new TypeError('the branch of the top Via must begin with z9hG4bK; take it from SipEndpoint.via');
    // Its body waits with the connection as soon as it is sent, and counts there. It follows from a request that was let in.
    const cost = costOf(request, 0);
    sender?.add(cost, 1);
    const context = new TransactionContext<ClientUser>(connection, key, user, sender, cost);
    context.asked = connection.ask(cost, sender);
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
    this.accepted.connectionClosed(connection);
    endWithConnection(connection);
  }

  /** Ends everything, without a word to the peers. */
  close(): void {
    this.accepted.clear();
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon();
    this.#wheel.clear();
  }

  // The sink of every transaction: one object for all of them.

  send(transaction: AnyTransaction, message: SipRequest | SipResponse): void {
    const { connection, ledger } = transaction.context;
    if (message.kind === 'response' && isInPassing(message, transaction)) {
      connection.pass(message);
      if (message.status >= 200) this.#answered(transaction, message.status);
      return;
    }
    const isSent = connection.send(message, ledger);
    if (message.kind === 'request') message.dropBody();
    else if (message.status >= 200) this.#answered(transaction, message.status);
    if (!isSent) transaction.transportError();
  }

  deliver(transaction: AnyTransaction, message: SipRequest | SipResponse): void {
    const { connection } = transaction.context;
    if (message.kind === 'request') {
      this.#acknowledge(message, connection);
      return;
    }
    const client = transaction as ClientTransaction;
    const { status } = message;
    if (status >= 200) {
      client.context.waitsNoMore();
      tellTransaction(client, status);
    }
    this.#isDelivering = true;
    try {
      client.context.user.onResponse(message, client);
    } catch (error) {
      this.contain(error, connection);
    }
    this.#isDelivering = false;
    if (client.kind === 'invite-client' && client.state === 'accepted') settle(client);
    const answered = this.#justAccepted;
    this.#justAccepted = undefined;
    if (answered?.state === 'accepted') settle(answered);
  }

  startTimer(transaction: AnyTransaction, name: TransactionTimer, afterMs: number): void {
    transaction.context.startTimer(name, afterMs, transaction, this.#wheel);
  }

  stopTimer(transaction: AnyTransaction, name: TransactionTimer): void {
    transaction.context.stopTimer(name, this.#wheel);
  }

  transportFailed(transaction: AnyTransaction): void {
    const server = transaction as ServerTransaction;
    this.#tellEnd('transport-error', server);
    server.context.user = undefined;
  }

  terminated(transaction: AnyTransaction, end: TransactionEnd): void {
    const { context } = transaction;
    context.connection.transactions.remove(context);
    context.waitsNoMore();
    context.ledger?.forgettable.remove(context);
    context.ledger?.release(context.cost, context.counted);
    context.cost = 0;
    context.counted = 0;
    if (isClient(transaction)) this.#clients.delete(context.key);
    else this.#servers.delete(transaction);
    tellTransaction(transaction, undefined, end);
    this.#tellEnd(end, transaction);
  }

  #answered(transaction: AnyTransaction, status: number): void {
    this.counts.answer(status);
    tellTransaction(transaction, status);
    if (transaction.kind !== 'invite-server') return;
    const { context, request } = transaction;
    // Once: a further 2xx comes after it has been settled.
    if (status < 300 && context.counted > 0 && request.to.tag === undefined) context.connection.beganCall();
    // Its user may put a small record in its place, once it has dealt with the response that it passes on.
    if (status < 300 && this.#isDelivering) this.#justAccepted = transaction;
    else if (status < 300) settle(transaction);
    else countLess(transaction, context.cost - request.dropBody());
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

  /** The user has failed of a request, at once or later. */
  #failed(error: unknown, transaction: ServerTransaction): void {
    this.contain(error, transaction.context.connection);
    const status = error instanceof SipSyntaxError ? 400 : 500;
    this.refuse(transaction, createResponse(transaction.request, status));
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
}
