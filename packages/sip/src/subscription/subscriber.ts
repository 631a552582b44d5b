import type { SipRequest } from '../message/request.ts';
import { endsSubscription } from './ending-status.ts';
import { readSubscriptionState, type SubscriptionState } from './subscription-state.ts';

/** States of a subscription as its subscriber sees it (RFC 6665 §4.1.2). */
export type SubscriberState = 'notify-wait' | 'pending' | 'active' | 'terminated';

/** Timers of a subscriber: N waits for a NOTIFY, `refresh` is due before `expiry`. */
export type SubscriberTimer = 'N' | 'refresh' | 'expiry';

/** Why a subscription ended, and whether to subscribe again: at once, later, or not at all. */
export interface SubscriptionEnd {
  /** A NOTIFY said so (or a 204 to the last SUBSCRIBE), a SUBSCRIBE failed, timer N ran out, or its time passed. */
  readonly cause: 'notifier' | 'failure' | 'no-notify' | 'expired';
  /** Reason of the notifier, for instance `rejected`. */
  readonly reason?: string;
  /** Final response to the SUBSCRIBE that has failed, 300–699. */
  readonly status?: number;
  /** Milliseconds to wait before subscribing again; undefined: do not. */
  readonly resubscribeAfterMs: number | undefined;
}

/** Receives the effects of subscribers. */
export interface SubscriberSink {
  /** Send SUBSCRIBE in the dialog with this Expires (0 ends the subscription), then call `subscribed`. */
  subscribe(subscriber: Subscriber, expiresSec: number): void;
  /** Call `wake` after that time, which may be longer than `setTimeout` takes; a timer that runs is replaced. */
  startTimer(subscriber: Subscriber, timer: SubscriberTimer, afterMs: number): void;
  /** Forget the timer; called only for one that runs. */
  stopTimer(subscriber: Subscriber, timer: SubscriberTimer): void;
  /** The notifier sent state: `notify` carries it. */
  notified(subscriber: Subscriber, notify: SipRequest, state: SubscriptionState): void;
  /** Over, with all timers stopped. */
  terminated(subscriber: Subscriber, end: SubscriptionEnd): void;
}

/** Reasons after which no new subscription makes sense (RFC 6665 §4.1.3). */
const finalReasons: ReadonlySet<string> = new Set(['rejected', 'noresource', 'invariant']);
/** Reasons whose retry-after parameter is ignored. */
const immediateReasons: ReadonlySet<string> = new Set(['deactivated', 'timeout']);
/** Longest head start of a refresh before expiry. */
const refreshLeadMs = 60_000;

/**
 * One subscription on the side that requested it. A SUBSCRIBE that forked creates one for each dialog.
 * @see RFC 6665 §4.1
 */
export class Subscriber {
  /** Receives the effects of this machine. */
  readonly sink: SubscriberSink;
  /** Seconds that the first SUBSCRIBE and each refresh request; 0 requests the state once. */
  readonly expiresSec: number;
  readonly #t1Ms: number;
  readonly #running = new Set<SubscriberTimer>();
  #state: SubscriberState = 'notify-wait';
  #leaving: boolean;
  /** Seconds that were asked for: no notifier makes them more (RFC 6665 §4.2.1.1). One that does would not be asked again when it is gone. */
  #askedSec: number;

  /**
   * @param sink - receives the effects
   * @param expiresSec - requested seconds; 0 requests the state once (RFC 6665 §4.4.3)
   * @param t1Ms - T1 in milliseconds; timer N is 64·T1
   */
  constructor(sink: SubscriberSink, expiresSec: number, t1Ms = 500) {
    this.sink = sink;
    this.expiresSec = expiresSec;
    this.#t1Ms = t1Ms;
    this.#leaving = expiresSec === 0;
    this.#askedSec = expiresSec;
  }

  /** `notify-wait` until the first NOTIFY; `terminated` is final. */
  get state(): SubscriberState {
    return this.#state;
  }

  /** Sends the first SUBSCRIBE. Call once. */
  start(): void {
    this.#subscribe(this.expiresSec);
  }

  /** Ends the subscription by requesting 0 seconds; it still waits for the last NOTIFY (RFC 6665 §4.1.2.3). */
  unsubscribe(): void {
    if (this.#state === 'terminated' || this.#leaving) return;
    this.#leaving = true;
    this.#stop('refresh');
    this.#subscribe(0);
  }

  /**
   * The final response to a SUBSCRIBE of this subscription.
   * @param status - 200–699
   * @param expiresSec - Expires of a 2xx
   * @param askedSec - seconds that it has asked for, where the notifier has refused less (423)
   */
  subscribed(status: number, expiresSec?: number, askedSec = this.expiresSec): void {
    if (this.#state === 'terminated') return;
    if (status < 300) {
      // 204: no NOTIFY will come (RFC 5839), nor a last one after unsubscribing.
      if (status === 204 && this.#leaving) this.#end({ cause: 'notifier', resubscribeAfterMs: undefined });
      else if (status === 204) this.#stop('N');
      this.#askedSec = Math.max(askedSec, this.expiresSec);
      if (!this.#leaving) this.#accepted(expiresSec);
      return;
    }
    // 408 ends the dialog as well (RFC 3261 §12.2.1.2): no NOTIFY could be accepted in it, and no refresh sent.
    const isOver = status === 408 || endsSubscription(status);
    if (this.#state === 'notify-wait' || isOver || this.#leaving) {
      this.#end({ cause: 'failure', status, resubscribeAfterMs: undefined });
    } else this.#stop('N');
  }

  /**
   * A NOTIFY of this subscription.
   * @param notify - in its dialog, CSeq checked
   * @returns the status to answer: 200, or 400 without a readable Subscription-State, or 481 once it is over
   */
  receiveNotify(notify: SipRequest): 200 | 400 | 481 {
    if (this.#state === 'terminated') return 481;
    const value = notify.get('Subscription-State');
    const state = value === undefined ? undefined : readSubscriptionState(value);
    if (state === undefined) return 400;
    // After unsubscribing, wait for the last NOTIFY, not for one that crossed the SUBSCRIBE.
    if (!this.#leaving || state.state === 'terminated') this.#stop('N');
    this.sink.notified(this, notify, state);
    if (this.#isOver()) return 200;
    if (state.state === 'terminated') {
      this.#end({
        cause: 'notifier',
        ...(state.reason !== undefined && { reason: state.reason }),
        resubscribeAfterMs: this.#leaving ? undefined : resubscribeAfterMs(state),
      });
      return 200;
    }
    // An active subscription stays active: a late "pending" was overtaken.
    if (this.#state !== 'active') this.#state = state.state;
    if (!this.#leaving) {
      this.#accepted(state.expiresSec);
    }
    return 200;
  }

  /** A timer ran out. */
  wake(timer: SubscriberTimer): void {
    if (!this.#running.delete(timer)) return;
    if (timer === 'refresh') this.#subscribe(this.expiresSec);
    else
      this.#end({
        cause: timer === 'N' ? 'no-notify' : 'expired',
        resubscribeAfterMs: this.#leaving ? undefined : 0,
      });
  }

  #subscribe(expiresSec: number): void {
    this.#start('N', 64 * this.#t1Ms);
    this.sink.subscribe(this, expiresSec);
  }

  /** Without a time from the notifier the subscription lasts for the requested time, so that none lasts for ever. */
  #accepted(expiresSec: number | undefined): void {
    if (expiresSec !== undefined) this.#lasts(Math.min(expiresSec, this.#askedSec));
    else if (!this.#running.has('expiry')) this.#lasts(this.expiresSec);
  }

  #lasts(seconds: number): void {
    const ms = seconds * 1_000;
    this.#start('expiry', ms);
    if (ms > 0) this.#start('refresh', ms - Math.min(refreshLeadMs, ms / 2));
    else this.#stop('refresh');
  }

  #start(timer: SubscriberTimer, afterMs: number): void {
    this.#running.add(timer);
    this.sink.startTimer(this, timer, afterMs);
  }

  #stop(timer: SubscriberTimer): void {
    if (this.#running.delete(timer)) this.sink.stopTimer(this, timer);
  }

  #isOver(): boolean {
    return this.#state === 'terminated';
  }

  #end(end: SubscriptionEnd): void {
    this.#state = 'terminated';
    for (const timer of [...this.#running]) this.#stop(timer);
    this.sink.terminated(this, end);
  }
}

/** When to subscribe again after a NOTIFY that ended the subscription (RFC 6665 §4.1.3). */
function resubscribeAfterMs(state: SubscriptionState): number | undefined {
  const { reason } = state;
  if (reason !== undefined && finalReasons.has(reason)) return undefined;
  if (reason !== undefined && immediateReasons.has(reason)) return 0;
  return (state.retryAfterSec ?? 0) * 1_000;
}
