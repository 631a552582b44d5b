import {
  detached,
  type SipRequest,
  type SipResponse,
  serverTransactionKey,
  type TransactionTimer,
} from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { TrafficCounts } from '../counts/traffic-counts.ts';
import type { TimerWheel, Wakeable, WheelTimer } from '../timer/timer-wheel.ts';
import { AcceptedEnds } from './accepted-ends.ts';
import { AcceptedEnd, AcceptedInvite, type AcceptedUser } from './accepted-invite.ts';
import { mayAnswer } from './may-answer.ts';
import { isTooMany } from './too-many-responses.ts';
import type { ClientTransaction, ServerTransaction } from './transaction-context.ts';

/** What one takes of the memory, its keys included. */
const recordBytes = 768;

/** The layer that transactions belong to. */
interface AcceptedLayer {
  readonly counts: TrafficCounts;
  contain(error: unknown, connection: SipConnection): void;
}

/**
 * The INVITEs that were sent on and accepted within the last 32 seconds. Their transactions have ended for everybody but the wire: what is
 * kept in their place is small, and nobody who sends something else has to look for it here.
 * @see RFC 6026 §7
 */
export class AcceptedInvites implements Wakeable<TransactionTimer> {
  readonly #received = new AcceptedEnds();
  readonly #sent = new AcceptedEnds();
  readonly #layer: AcceptedLayer;
  readonly #wheel: TimerWheel<TransactionTimer>;
  readonly #keptMs: number;
  #first: AcceptedInvite | undefined = undefined;
  #last: AcceptedInvite | undefined = undefined;
  #count = 0;
  /** For the first of them. */
  #timer: WheelTimer<TransactionTimer> | undefined = undefined;

  /**
   * @param layer - whose transactions they were
   * @param wheel - says when their time has passed
   * @param keptMs - how long each is kept, milliseconds: timers L and M
   */
  constructor(layer: AcceptedLayer, wheel: TimerWheel<TransactionTimer>, keptMs: number) {
    this.#layer = layer;
    this.#wheel = wheel;
    this.#keptMs = keptMs;
  }

  /** How many transactions they stand for. */
  get size(): number {
    return 2 * this.#count;
  }

  /**
   * Keeps a record in the place of the two transactions of an INVITE, which end.
   * @param server - accepted
   * @param client - accepted, and the only one that was
   * @param user - hears of further 2xx
   * @returns false where one of them is in another state, or of another endpoint, or cannot be found by a hash: both stay as they are
   */
  keep(server: ServerTransaction, client: ClientTransaction, user: AcceptedUser): boolean {
    if (server.kind !== 'invite-server' || client.kind !== 'invite-client') return false;
    if (server.state !== 'accepted' || client.state !== 'accepted') return false;
    const sinks: readonly object[] = [server.sink, client.sink];
    if (sinks.some((sink) => sink !== this.#layer)) return false;
    const { request } = server;
    const key = detached(serverTransactionKey(request) ?? '');
    const branch = client.context.key;
    const { ledger } = server.context;
    const received = {
      connection: server.context.connection,
      key,
      hash: hashOf(request.topVia.branch ?? ''),
    };
    const sent = { connection: client.context.connection, key: branch, hash: hashOf(branch) };
    if (!this.#received.hasRoom(received.hash) || !this.#sent.hasRoom(sent.hash)) return false;
    server.forget();
    client.forget();
    const cost = recordBytes + user.keptBytes;
    const until = this.#wheel.now() + this.#keptMs;
    const accepted = new AcceptedInvite(this, { received, sent }, { cost, ledger, until, user });
    this.#add(accepted);
    return true;
  }

  /**
   * Whether an INVITE is a copy of an accepted one, or a CANCEL comes after it was accepted.
   * @param branch - of the request
   * @param request - as received
   * @param connection - that it came over
   */
  hasReceived(branch: string, request: SipRequest, connection: SipConnection): boolean {
    if (this.#count === 0) return false;
    let key: string | undefined;
    const fits = (end: AcceptedEnd): boolean => {
      if (end.connection !== connection) return false;
      key ??= serverTransactionKey(request, 'INVITE');
      return end.key === key;
    };
    return this.#received.find(hashOf(branch), fits) !== undefined;
  }

  /**
   * Takes a response to one of them. Every 2xx goes to its user, and nothing else does.
   * @param response - as received
   * @param branch - of the response
   * @param connection - that it came over
   * @returns false where it answers none of them
   */
  takes(response: SipResponse, branch: string, connection: SipConnection): boolean {
    if (this.#count === 0 || response.cseq.method !== 'INVITE') return false;
    const fits = (end: AcceptedEnd): boolean => end.key === branch && mayAnswer(end.connection, connection);
    const accepted = this.#sent.find(hashOf(branch), fits)?.invite;
    if (accepted === undefined) return false;
    if (!response.isSuccess || isTooMany(accepted, connection, this.#wheel)) {
      connection.refusedAtOnce(false);
      return true;
    }
    try {
      accepted.user.onFurtherSuccess(response, accepted);
    } catch (error) {
      this.#layer.contain(error, connection);
    }
    return true;
  }

  /**
   * Sends a further 2xx back.
   * @param response - as it goes back
   * @param accepted - that it answers
   */
  respond(response: SipResponse, { received }: AcceptedInvite): void {
    this.#layer.counts.answer(response.status);
    received.connection.pass(response);
  }

  /** Those at either end of a connection that has closed end with it. */
  connectionClosed({ transactions }: SipConnection): void {
    for (const item of transactions.copy()) if (item instanceof AcceptedEnd) item.invite.forget();
  }

  /** Ends one before its time, or at it; what has ended is ignored. */
  forget(accepted: AcceptedInvite): void {
    const { before, behind, cost, ledger, received, sent } = accepted;
    if (received.place === -1) return;
    received.connection.transactions.remove(received);
    sent.connection.transactions.remove(sent);
    this.#received.remove(received);
    this.#sent.remove(sent);
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    accepted.before = undefined;
    accepted.behind = undefined;
    this.#count--;
    if (this.#count === 0) this.#stopTimer();
    ledger?.forgettable.remove(accepted);
    ledger?.release(cost, 0);
  }

  /** Ends all of them. */
  clear(): void {
    while (this.#first !== undefined) this.forget(this.#first);
  }

  wake(_name: TransactionTimer, now: number): void {
    this.#timer = undefined;
    while (this.#first !== undefined && this.#first.until <= now) this.forget(this.#first);
    if (this.#first !== undefined) this.#timer = this.#wheel.schedule(this.#first.until - now, this, 'L');
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#wheel.cancel(this.#timer);
    this.#timer = undefined;
  }

  #add(accepted: AcceptedInvite): void {
    const { cost, ledger, received, sent } = accepted;
    // One timer for all: they end in the order in which they came.
    if (this.#last === undefined) {
      this.#first = accepted;
      this.#timer = this.#wheel.schedule(this.#keptMs, this, 'L');
    } else {
      this.#last.behind = accepted;
      accepted.before = this.#last;
    }
    this.#last = accepted;
    this.#count++;
    received.connection.transactions.add(received);
    sent.connection.transactions.add(sent);
    this.#received.add(received);
    this.#sent.add(sent);
    ledger?.add(cost, 0);
    ledger?.forgettable.add(accepted);
  }
}

/** FNV-1a. Those with the same hash are distinguished by their keys. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
