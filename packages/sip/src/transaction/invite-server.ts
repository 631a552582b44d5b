import { createResponse } from '../message/create-response.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';
import { defaultTimings, type Timings } from '../timers/timings.ts';
import type { TransactionEnd, TransactionSink } from './sink.ts';
import { startTimer, stopAllTimers, stopTimer, timerFired } from './timer-set.ts';

/** States of an INVITE server transaction (RFC 3261 figure 7 as changed by RFC 6026 §7.1). */
export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

/**
 * INVITE server transaction: absorbs retransmissions, repeats failures until their ACK, and stays after a 2xx
 * so that late copies of the INVITE do not look like a new call.
 * @see RFC 3261 §17.2.1, RFC 6026 §7.1
 */
export class InviteServerTransaction<Context = unknown> {
  /** Distinguishes the four transaction machines. */
  readonly kind = 'invite-server';
  /** The INVITE as received. */
  readonly request: SipRequest;
  /** Receives the effects of this machine. */
  readonly sink: TransactionSink<InviteServerTransaction<Context>>;
  /** Whether the transport retransmits by itself (TCP, TLS, WebSocket): no timer G, and timer I is zero. */
  readonly reliable: boolean;
  /** Base times in milliseconds; default `defaultTimings`. */
  readonly timings: Timings;
  /** A value of the caller, for when an effect arrives. */
  context: Context;
  /** `terminated` is final; `accepted` lasts until timer L, which absorbs copies of the INVITE. */
  state: InviteServerState = 'proceeding';
  /** One bit for each timer that runs; for this package. */
  running = 0;
  #gapMs: number;
  #answered = false;
  /** Kept only where it may have to be repeated. */
  #last: SipResponse | undefined = undefined;

  /**
   * @param request - the INVITE that created the transaction
   * @param reliable - whether the transport retransmits by itself (TCP, TLS, WebSocket)
   * @param sink - receives the effects
   * @param context - a value of the caller
   * @param timings - base times
   */
  constructor(
    request: SipRequest,
    reliable: boolean,
    sink: TransactionSink<InviteServerTransaction<Context>>,
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

  /** The response a retransmitted INVITE would get now, if any was sent; none on a transport that retransmits by itself. */
  get lastResponse(): SipResponse | undefined {
    return this.#last;
  }

  /** Sends 100 now or later as {@link Timings.tryingAfterMs} says. Call once, before the request is given to its user. */
  start(): void {
    const afterMs = this.timings.tryingAfterMs;
    if (afterMs <= 0) this.#trying();
    else if (afterMs !== Number.POSITIVE_INFINITY) startTimer(this, 'trying', afterMs);
  }

  /**
   * @param request - a retransmitted INVITE or an ACK that matched this transaction by {@link serverTransactionKey}
   */
  receive(request: SipRequest): void {
    if (request.method === 'ACK') this.#acknowledged(request);
    else if ((this.state === 'proceeding' || this.state === 'completed') && this.#last !== undefined) {
      this.sink.send(this, this.#last);
    }
  }

  /**
   * Sends a response of the transaction's user.
   * @param response - built for this request
   * @returns false if the state allows no such response (it has been answered already) and nothing was sent
   */
  respond(response: SipResponse): boolean {
    const status = response.status;
    if (this.state === 'accepted' && status >= 200 && status < 300) {
      this.sink.send(this, response);
      return true;
    }
    if (this.state !== 'proceeding') return false;
    stopTimer(this, 'trying');
    this.#keep(response);
    if (status >= 300) {
      this.state = 'completed';
      if (!this.reliable) startTimer(this, 'G', this.#gapMs);
      startTimer(this, 'H', 64 * this.timings.t1Ms);
    } else if (status >= 200) {
      this.state = 'accepted';
      startTimer(this, 'L', 64 * this.timings.t1Ms);
    }
    this.sink.send(this, response);
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
        this.#trying();
        return;
      case 'G':
        this.#gapMs = Math.min(2 * this.#gapMs, this.timings.t2Ms);
        startTimer(this, 'G', this.#gapMs);
        if (this.#last !== undefined) this.sink.send(this, this.#last);
        return;
      case 'H':
        this.#end('no-ack');
        return;
      case 'I':
      case 'L':
        this.#end('completed');
        return;
    }
  }

  /** A response could not be sent: the user is notified, the state stays (RFC 6026 §7.1). */
  transportError(): void {
    if (this.state !== 'terminated') this.sink.transportFailed(this);
  }

  /** Ends before timer L where it was accepted: its room is needed. In any other state nothing happens. */
  forget(): void {
    if (this.state === 'accepted') this.#end('completed');
  }

  /** Its user gives up without an answer, for instance at shutdown. */
  abandon(): void {
    if (this.state !== 'terminated') this.#end('abandoned');
  }

  #acknowledged(ack: SipRequest): void {
    if (this.state === 'accepted') {
      this.sink.deliver(this, ack);
      return;
    }
    if (this.state !== 'completed') return;
    this.state = 'confirmed';
    stopAllTimers(this);
    if (this.reliable) this.#end('completed');
    else startTimer(this, 'I', this.timings.t4Ms);
  }

  #trying(): void {
    if (this.state !== 'proceeding' || this.#answered) return;
    const trying = createResponse(this.request, 100, 'Trying');
    this.#keep(trying);
    this.sink.send(this, trying);
  }

  /** On a transport that retransmits by itself nobody asks for it again, and an INVITE may ring for minutes. */
  #keep(response: SipResponse): void {
    this.#answered = true;
    if (!this.reliable) this.#last = response;
  }

  #end(end: TransactionEnd): void {
    this.state = 'terminated';
    stopAllTimers(this);
    this.sink.terminated(this, end);
  }
}
