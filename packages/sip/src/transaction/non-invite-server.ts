import { createResponse } from '../message/create-response.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';
import { defaultTimings, nonInviteTryingMs, type Timings } from '../timers/timings.ts';
import type { NonInviteState } from './non-invite-client.ts';
import type { TransactionEnd, TransactionSink } from './sink.ts';
import { startTimer, stopAllTimers, stopTimer, timerFired } from './timer-set.ts';

/**
 * Server transaction of every method but INVITE and ACK. It never sends 408 and no provisional but 100.
 * @see RFC 3261 §17.2.2, RFC 4320 §4
 */
export class NonInviteServerTransaction<Context = unknown> {
  /** Distinguishes the four transaction machines. */
  readonly kind = 'non-invite-server';
  /** The request as received. */
  readonly request: SipRequest;
  /** Receives the effects of this machine. */
  readonly sink: TransactionSink<NonInviteServerTransaction<Context>>;
  /**
   * Whether the transport retransmits by itself (TCP, TLS, WebSocket): timer J is zero, and 100 may go out at any
   * time.
   */
  readonly reliable: boolean;
  /** Base times in milliseconds; default `defaultTimings`. */
  readonly timings: Timings;
  /** A value of the caller, for when an effect arrives. */
  context: Context;
  /** `completed` lasts until timer J, which absorbs copies of the request; `terminated` is final. */
  state: NonInviteState = 'trying';
  /** One bit for each timer that runs; for this package. */
  running = 0;
  /** Whether a 100 may go out: at any time on a reliable transport, else only after the delay of RFC 4320. */
  #mayTry: boolean;
  #last: SipResponse | undefined = undefined;

  /**
   * @param request - the request that created the transaction
   * @param reliable - whether the transport retransmits by itself (TCP, TLS, WebSocket)
   * @param sink - receives the effects
   * @param context - a value of the caller
   * @param timings - base times
   */
  constructor(
    request: SipRequest,
    reliable: boolean,
    sink: TransactionSink<NonInviteServerTransaction<Context>>,
    context: Context,
    timings: Timings = defaultTimings,
  ) {
    this.request = request;
    this.reliable = reliable;
    this.sink = sink;
    this.context = context;
    this.timings = timings;
    this.#mayTry = reliable;
  }

  /** The response a retransmitted request would get now, if any was sent; none on a transport that retransmits by itself. */
  get lastResponse(): SipResponse | undefined {
    return this.#last;
  }

  /** Starts the delay after which a silent user's request is answered with 100 (RFC 4320 §4.1). Call once. */
  start(): void {
    startTimer(this, 'trying', nonInviteTryingMs(this.timings));
  }

  /** The request came again: nothing before a response was sent, else that response again. */
  receive(): void {
    if ((this.state === 'proceeding' || this.state === 'completed') && this.#last !== undefined) {
      this.sink.send(this, this.#last);
    }
  }

  /**
   * Sends a response of the transaction's user.
   * @param response - built for this request
   * @returns false if it must not be sent and was not: the request is answered already, the status is a provisional
   *   other than 100, 100 is too early on this transport, or it is 408, instead of which the transaction ends without a response
   */
  respond(response: SipResponse): boolean {
    const status = response.status;
    if (this.state !== 'trying' && this.state !== 'proceeding') return false;
    if (status < 200) {
      if (status !== 100 || !this.#mayTry) return false;
      stopTimer(this, 'trying');
      this.state = 'proceeding';
      if (!this.reliable) this.#last = response;
      this.sink.send(this, response);
      return true;
    }
    if (status === 408) {
      this.#end('abandoned');
      return false;
    }
    this.state = 'completed';
    if (!this.reliable) this.#last = response;
    stopAllTimers(this);
    if (!this.reliable) startTimer(this, 'J', 64 * this.timings.t1Ms);
    this.sink.send(this, response);
    // Timer J is zero on a reliable transport.
    if (this.reliable && this.state === 'completed') this.#end('completed');
    return true;
  }

  /**
   * A timer of this transaction has run out.
   * @param timer - its name as given to the sink
   */
  wake(timer: TransactionTimer): void {
    if (!timerFired(this, timer)) return;
    switch (timer) {
      case 'trying':
        this.#mayTry = true;
        if (this.state === 'trying') this.respond(createResponse(this.request, 100, 'Trying'));
        return;
      case 'J':
        this.#end('completed');
        return;
    }
  }

  /** A response could not be sent: the user is notified, the state stays (RFC 3261 §17.2.4 as replaced by RFC 6026 §8.8). */
  transportError(): void {
    if (this.state !== 'terminated') this.sink.transportFailed(this);
  }

  /** Its user cannot answer in time: no response at all, as 408 is not allowed here (RFC 4320 §4.2). */
  abandon(): void {
    if (this.state !== 'terminated') this.#end('abandoned');
  }

  #end(end: TransactionEnd): void {
    this.state = 'terminated';
    stopAllTimers(this);
    this.sink.terminated(this, end);
  }
}
