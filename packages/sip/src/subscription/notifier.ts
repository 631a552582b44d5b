import { endsSubscription } from './ending-status.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** States of a subscription as its notifier sees it (RFC 6665 §4.2.2). */
export type NotifierState = 'resp-wait' | 'pending' | 'active' | 'terminated';

/** Receives the effects of notifiers. */
export interface NotifierSink {
  /** Send NOTIFY in the dialog with this Subscription-State and the state of the resource as far as it may be shown. */
  notify(notifier: Notifier, state: SubscriptionState): void;
  /** Call `wake` after that time, which may be longer than `setTimeout` takes; a timer that runs is replaced. */
  startTimer(notifier: Notifier, timer: 'expiry', afterMs: number): void;
  /** Forget the timer; called only while it runs. */
  stopTimer(notifier: Notifier, timer: 'expiry'): void;
  /** Over, with the timer stopped. */
  terminated(notifier: Notifier): void;
}

/**
 * One subscription on the side that grants it.
 * @see RFC 6665 §4.2
 */
export class Notifier {
  /** Receives the effects of this machine. */
  readonly sink: NotifierSink;
  #state: NotifierState = 'resp-wait';
  #expiresAt = 0;
  #running = false;

  /** @param sink - receives the effects */
  constructor(sink: NotifierSink) {
    this.sink = sink;
  }

  /** `resp-wait` until `start` is called; `terminated` is final. */
  get state(): NotifierState {
    return this.#state;
  }

  /**
   * The SUBSCRIBE was answered with 2xx: sends the first NOTIFY at once.
   * @param expiresSec - as in the answer; 0 asks for the state once (RFC 6665 §4.4.3)
   * @param policy - `granted`, or `needed` where a decision is still to be made
   * @param now - milliseconds since 1970
   */
  start(expiresSec: number, policy: 'granted' | 'needed', now: number): void {
    if (this.#state !== 'resp-wait') return;
    this.#state = policy === 'granted' ? 'active' : 'pending';
    this.#lasts(expiresSec, now);
  }

  /**
   * A refresh was answered with 2xx.
   * @param expiresSec - as in the answer; 0 ends the subscription
   * @returns false where it has ended already: answer 481 instead
   */
  refresh(expiresSec: number, now: number): boolean {
    if (this.#state === 'terminated' || this.#state === 'resp-wait') return false;
    this.#lasts(expiresSec, now);
    return true;
  }

  /** The subscriber has been authorised to see the state. */
  grant(now: number): void {
    if (this.#state !== 'pending') return;
    this.#state = 'active';
    this.#notify(now);
  }

  /** The state of the resource changed; only an active subscription is notified. */
  changed(now: number): void {
    if (this.#state === 'active') this.#notify(now);
  }

  /**
   * Ends the subscription for a reason of the notifier's.
   * @param reason - one of RFC 6665 §4.1.3, for instance `rejected` or `noresource`
   * @param retryAfterSec - seconds the subscriber should wait; only with `probation` and `giveup`
   */
  end(reason: string, retryAfterSec?: number): void {
    if (this.#state === 'terminated' || this.#state === 'resp-wait') return;
    this.#end({ state: 'terminated', reason, ...(retryAfterSec !== undefined && { retryAfterSec }) });
  }

  /**
   * A NOTIFY failed.
   * @param status - its final response, or 408 where none came
   */
  notifyFailed(status: number): void {
    if (this.#state === 'terminated') return;
    // No last NOTIFY to a subscriber that does not answer.
    if (status === 408 || endsSubscription(status)) this.#end(undefined);
  }

  /** The timer ran out. */
  wake(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#end({ state: 'terminated', reason: 'timeout' });
  }

  #lasts(expiresSec: number, now: number): void {
    if (expiresSec === 0) {
      this.#end({ state: 'terminated', reason: 'timeout' });
      return;
    }
    this.#expiresAt = now + expiresSec * 1_000;
    this.#running = true;
    this.sink.startTimer(this, 'expiry', expiresSec * 1_000);
    this.#notify(now);
  }

  #notify(now: number): void {
    const state = this.#state === 'active' ? 'active' : 'pending';
    this.sink.notify(this, { state, expiresSec: Math.max(0, Math.ceil((this.#expiresAt - now) / 1_000)) });
  }

  #end(last: SubscriptionState | undefined): void {
    this.#state = 'terminated';
    if (this.#running) {
      this.#running = false;
      this.sink.stopTimer(this, 'expiry');
    }
    if (last !== undefined) this.sink.notify(this, last);
    this.sink.terminated(this);
  }
}
