import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';
import { defaultTimings, type Timings, timerDMs } from '../timers/timings.ts';
import { ackForFailure } from './ack.ts';
import type { TransactionEnd, TransactionSink } from './sink.ts';
import { startTimer, stopAllTimers, timerFired } from './timer-set.ts';

/** States of an INVITE client transaction (RFC 3261 figure 5 as changed by RFC 6026 §7.2). */
export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

/**
 * INVITE client transaction: retransmits the request, acknowledges failures itself, delivers every 2xx to its user.
 * @see RFC 3261 §17.1.1, RFC 6026 §7.2
 */
export class InviteClientTransaction<Context = unknown> {
  /** Distinguishes the four transaction machines. */
  readonly kind = 'invite-client';
  /** The INVITE as it is sent, its own Via on top. */
  readonly request: SipRequest;
  /** Receives the effects of this machine. */
  readonly sink: TransactionSink<InviteClientTransaction<Context>>;
  /** Whether the transport retransmits by itself (TCP, TLS, WebSocket): no timer A, and timer D is zero. */
  readonly reliable: boolean;
  /** Base times in milliseconds; default `defaultTimings`. */
  readonly timings: Timings;
  /** A value of the caller, for when an effect arrives. */
  context: Context;
  /** `terminated` is final; `accepted` lasts until timer M, which lets further 2xx through. */
  state: InviteClientState = 'calling';
  /** One bit for each timer that runs; for this package. */
  running = 0;
  #gapMs: number;
  #ack: SipRequest | undefined = undefined;

  /**
   * @param request - the INVITE with its final top Via
   * @param reliable - whether the transport retransmits by itself (TCP, TLS, WebSocket)
   * @param sink - receives the effects
   * @param context - a value of the caller
   * @param timings - base times
   */
  constructor(
    request: SipRequest,
    reliable: boolean,
    sink: TransactionSink<InviteClientTransaction<Context>>,
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

  /** Sends the request and starts A (unreliable transports only) and B. Call once. */
  start(): void {
    // Timers first: a sink that reports a failed send at once must find a whole transaction to end.
    if (!this.reliable) startTimer(this, 'A', this.#gapMs);
    startTimer(this, 'B', 64 * this.timings.t1Ms);
    this.sink.send(this, this.request);
  }

  /**
   * @param response - a response that matched this transaction by {@link clientTransactionKey}
   */
  receive(response: SipResponse): void {
    const status = response.status;
    switch (this.state) {
      case 'calling':
      case 'proceeding':
        if (status < 200) {
          if (this.state === 'calling') {
            this.state = 'proceeding';
            stopAllTimers(this);
          }
          this.sink.deliver(this, response);
        } else if (status < 300) {
          this.state = 'accepted';
          stopAllTimers(this);
          startTimer(this, 'M', 64 * this.timings.t1Ms);
          this.sink.deliver(this, response);
        } else {
          this.#complete(response);
        }
        return;
      case 'accepted':
        // The user acknowledges repeated 2xx, and those of other branches of a later fork.
        if (status >= 200 && status < 300) this.sink.deliver(this, response);
        return;
      case 'completed':
        if (status >= 300 && this.#ack !== undefined) this.sink.send(this, this.#ack);
        return;
      case 'terminated':
        return;
    }
  }

  /**
   * A timer of this transaction has run out.
   * @param timer - its name as given to the sink
   */
  wake(timer: TransactionTimer): void {
    if (!timerFired(this, timer)) return;
    switch (timer) {
      case 'A':
        if (this.state !== 'calling') return;
        this.#gapMs *= 2;
        startTimer(this, 'A', this.#gapMs);
        this.sink.send(this, this.request);
        return;
      case 'B':
        if (this.state === 'calling') this.#end('timeout');
        return;
      case 'D':
      case 'M':
        this.#end('completed');
        return;
    }
  }

  /** The transport could not send for this transaction (or its connection broke before a final response). */
  transportError(): void {
    if (this.state !== 'terminated') this.#end('transport-error');
  }

  /** Ends before timer M where it was accepted: its room is needed. In any other state nothing happens. */
  forget(): void {
    if (this.state === 'accepted') this.#end('completed');
  }

  /** Its user gives up: 64·T1 after a CANCEL without a final response (RFC 3261 §9.1), or at shutdown. */
  abandon(): void {
    if (this.state !== 'terminated') this.#end('abandoned');
  }

  #complete(response: SipResponse): void {
    this.state = 'completed';
    stopAllTimers(this);
    this.#ack = ackForFailure(this.request, response);
    if (!this.reliable) startTimer(this, 'D', timerDMs);
    // The user first: if the ACK cannot be sent, the transaction ends at once.
    this.sink.deliver(this, response);
    if (!this.#is('completed')) return;
    this.sink.send(this, this.#ack);
    // Timer D is zero on a reliable transport.
    if (this.reliable && this.#is('completed')) this.#end('completed');
  }

  /** The current state, after a sink was called: its callee may have ended the transaction. */
  #is(state: InviteClientState): boolean {
    return this.state === state;
  }

  #end(end: TransactionEnd): void {
    this.state = 'terminated';
    stopAllTimers(this);
    this.sink.terminated(this, end);
  }
}
