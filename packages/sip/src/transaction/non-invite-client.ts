import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';
import { defaultTimings, type Timings } from '../timers/timings.ts';
import type { TransactionEnd, TransactionSink } from './sink.ts';
import { startTimer, stopAllTimers, timerFired } from './timer-set.ts';

/** States of a client or server transaction of any method but INVITE. */
export type NonInviteState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/**
 * Client transaction of every method but INVITE and ACK.
 * @see RFC 3261 §17.1.2
 */
export class NonInviteClientTransaction<Context = unknown> {
  /** Distinguishes the four transaction machines. */
  readonly kind = 'non-invite-client';
  /** The request as it is sent, its own Via on top. */
  readonly request: SipRequest;
  /** Receives the effects of this machine. */
  readonly sink: TransactionSink<NonInviteClientTransaction<Context>>;
  /** Whether the transport retransmits by itself (TCP, TLS, WebSocket): no timer E, and timer K is zero. */
  readonly reliable: boolean;
  /** Base times in milliseconds; default `defaultTimings`. */
  readonly timings: Timings;
  /** A value of the caller, for when an effect arrives. */
  context: Context;
  /** `completed` lasts until timer K, which absorbs copies of the response; `terminated` is final. */
  state: NonInviteState = 'trying';
  /** One bit for each timer that runs; for this package. */
  running = 0;
  #gapMs: number;

  /**
   * @param request - the request with its final top Via
   * @param reliable - whether the transport retransmits by itself (TCP, TLS, WebSocket)
   * @param sink - receives the effects
   * @param context - a value of the caller
   * @param timings - base times
   */
  constructor(
    request: SipRequest,
    reliable: boolean,
    sink: TransactionSink<NonInviteClientTransaction<Context>>,
    context: Context,
    timings: Timings = defaultTimings,
  ) {
    this.request = request;
    this.reliable = reliable;
    this.sink = sink;
    this.context = context;
    this.timings = timings;
    this.#gapMs = timings.t1Ms;
  }

  /** Sends the request and starts E (unreliable transports only) and F. Call once. */
  start(): void {
    if (!this.reliable) startTimer(this, 'E', this.#gapMs);
    startTimer(this, 'F', 64 * this.timings.t1Ms);
    this.sink.send(this, this.request);
  }

  /**
   * @param response - a response that matched this transaction by {@link clientTransactionKey}
   */
  receive(response: SipResponse): void {
    if (this.state === 'completed' || this.state === 'terminated') return;
    if (response.status < 200) {
      this.state = 'proceeding';
      this.sink.deliver(this, response);
      return;
    }
    this.state = 'completed';
    stopAllTimers(this);
    if (!this.reliable) startTimer(this, 'K', this.timings.t4Ms);
    this.sink.deliver(this, response);
    // Timer K is zero on a reliable transport; the user may have ended the transaction when it was notified.
    if (this.reliable && this.state === 'completed') this.#end('completed');
  }

  /**
   * A timer of this transaction has run out.
   * @param timer - its name as given to the sink
   */
  wake(timer: TransactionTimer): void {
    if (!timerFired(this, timer)) return;
    switch (timer) {
      case 'E':
        this.#gapMs =
          this.state === 'proceeding' ? this.timings.t2Ms : Math.min(2 * this.#gapMs, this.timings.t2Ms);
        startTimer(this, 'E', this.#gapMs);
        this.sink.send(this, this.request);
        return;
      case 'F':
        this.#end('timeout');
        return;
      case 'K':
        this.#end('completed');
        return;
    }
  }

  /** The transport could not send for this transaction, or its connection broke before a final response. */
  transportError(): void {
    if (this.state !== 'terminated') this.#end('transport-error');
  }

  /** Its user gives up. */
  abandon(): void {
    if (this.state !== 'terminated') this.#end('abandoned');
  }

  #end(end: TransactionEnd): void {
    this.state = 'terminated';
    stopAllTimers(this);
    this.sink.terminated(this, end);
  }
}
