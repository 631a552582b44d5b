import {
  type Dialog,
  DialogFault,
  NameAddr,
  parseEvent,
  readSubscriptionState,
  type SipRequest,
  type SipResponse,
  Subscriber,
  type SubscriberSink,
  type SubscriberTimer,
  type SubscriptionEnd,
  type SubscriptionState,
} from '@entente/sip';
import type { Clock } from '@entente/tls';
import { checkArgument, uri } from '../options/option-rules.ts';
import { tellApplication } from './tell-application.ts';

/** Takes the NOTIFY requests of one event. @returns the status to answer, and whether more will come */
type Listener = (notify: SipRequest) => { readonly status: number; readonly isOver: boolean };

/** Who hears of the NOTIFY requests in a dialog: one listener for each event package. */
export class DialogEvents {
  readonly #listeners = new Map<string, Listener>();
  readonly #subscriptions = new Set<Subscription>();

  /**
   * @param event - package, e.g. `refer`
   * @param listener - takes the place of the one before
   */
  listen(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  /** Nobody listens for an event any more. */
  forget(event: string): void {
    this.#listeners.delete(event);
  }

  /**
   * Subscribes to an event.
   * @param event - package
   * @param parts - as those of a {@link Subscription}
   * @param options - how long, and who hears
   * @throws DialogFault where somebody listens for it already
   */
  subscribe(event: string, parts: SubscriptionParts, options: SubscribeOptions): Subscription {
    if (this.#listeners.has(event))
      throw new DialogFault(
        `expected no subscription to ${event}, found one`,
        'SUBSCRIBE in a call',
        'end that one first',
      );
    const subscription = new Subscription(event, parts, options);
    this.#subscriptions.add(subscription);
    this.listen(event, (notify) => subscription.receive(notify));
    void subscription.ended.then(() => {
      this.#subscriptions.delete(subscription);
      this.forget(event);
    });
    return subscription;
  }

  /** The dialog has ended, and every subscription in it. */
  lost(): void {
    for (const subscription of this.#subscriptions) subscription.lost();
  }

  /**
   * A NOTIFY has come.
   * @returns the status to answer; undefined where nobody listens for its event
   */
  receive(notify: SipRequest): number | undefined {
    const event = parseEvent(notify.get('Event') ?? '');
    if (!event.ok) return 400;
    const listener = this.#listeners.get(event.value.type);
    if (listener === undefined) return undefined;
    const { isOver, status } = listener(notify);
    if (isOver && this.#listeners.get(event.value.type) === listener) this.forget(event.value.type);
    return status;
  }
}

/**
 * Takes what a REFER brings: how the referred call goes.
 * @param onProgress - status of the latest response to the referred request
 * @see RFC 3515 §2.4.4, §2.4.5
 */
export function referListener(onProgress: (status: number) => void): Listener {
  return (notify) => {
    const state = readSubscriptionState(notify.get('Subscription-State') ?? '');
    const status = /^SIP\/2\.0 ([1-6]\d\d) /.exec(notify.bodyText)?.[1];
    if (state === undefined || status === undefined) return { status: 400, isOver: false };
    onProgress(Number(status));
    return { status: 200, isOver: state.state === 'terminated' };
  };
}

/** How a subscription is made, and who hears of it. */
export interface SubscribeOptions {
  /** Seconds; default 3,600. 0 asks for the state once. */
  readonly expiresSeconds?: number;
  /** The notifier has sent state: in the body of the NOTIFY. */
  readonly onNotify: (notify: SipRequest, state: SubscriptionState) => void;
}

/** Seconds; a notifier that wants more is not followed. */
const mostLeastSec = 86_400;

/** What a {@link Subscription} needs. */
export interface SubscriptionParts {
  readonly clock: Clock;
  /** Sends SUBSCRIBE. */
  readonly send: (expiresSec: number) => Promise<SipResponse>;
  /** Hears what the application has thrown. */
  readonly onFault: (error: unknown) => void;
}

/**
 * A subscription of this side: it is renewed until it is ended by either side.
 * @see RFC 6665 §4.1
 */
export class Subscription implements SubscriberSink {
  /** Event package, for example `presence`. */
  readonly event: string;
  /** Settles with the final response to the first SUBSCRIBE; rejects where none comes. */
  readonly answered: Promise<SipResponse>;
  /** Settles when it has ended. */
  readonly ended: Promise<SubscriptionEnd>;
  readonly #clock: Clock;
  readonly #send: (expiresSec: number) => Promise<SipResponse>;
  readonly #onFault: (error: unknown) => void;
  readonly #options: SubscribeOptions;
  readonly #timers = new Map<SubscriberTimer, () => void>();
  readonly #subscriber: Subscriber;
  #settle: (end: SubscriptionEnd) => void = () => {};
  #answer: (response: SipResponse | Promise<never>) => void = () => {};
  /** Seconds; the notifier has refused less (423). */
  #leastSec = 0;
  #isLost = false;

  /**
   * @param event - package
   * @param parts - time, what sends SUBSCRIBE, and what hears of faults
   * @param options - how long, and who hears
   */
  constructor(event: string, parts: SubscriptionParts, options: SubscribeOptions) {
    this.event = event;
    this.#clock = parts.clock;
    this.#send = parts.send;
    this.#onFault = parts.onFault;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    // Not everybody asks for it.
    this.answered.catch(() => {});
    this.#subscriber = new Subscriber(this, options.expiresSeconds ?? 3_600);
    this.#subscriber.start();
  }

  /** Ends it; the last NOTIFY still comes. */
  unsubscribe(): void {
    this.#subscriber.unsubscribe();
  }

  /** The dialog has ended, and the subscription with it; an answer to SUBSCRIBE that is still under way makes nothing of it. */
  lost(): void {
    this.#isLost = true;
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
    this.#settle({ cause: 'failure', resubscribeAfterMs: undefined });
  }

  /** A NOTIFY of it has come. */
  receive(notify: SipRequest): ReturnType<Listener> {
    const status = this.#subscriber.receiveNotify(notify);
    return { status, isOver: this.#subscriber.state === 'terminated' };
  }

  // What the machine does.

  subscribe(subscriber: Subscriber, expiresSec: number): void {
    this.#ask(expiresSec).then(
      (response) => {
        this.#answer(response);
        subscriber.subscribed(response.status, secondsOf(response, 'Expires'), this.#leastSec);
      },
      (error) => {
        this.#answer(Promise.reject(error));
        subscriber.subscribed(408);
      },
    );
  }

  /** Where the notifier wants a longer time, with that: it may, below an hour (RFC 6665 §4.2.1.1). */
  async #ask(expiresSec: number): Promise<SipResponse> {
    const asked = expiresSec === 0 ? 0 : Math.max(expiresSec, this.#leastSec);
    const response = await this.#send(asked);
    const least = response.status === 423 ? (secondsOf(response, 'Min-Expires') ?? 0) : 0;
    if (asked === 0 || least <= asked || least > mostLeastSec) return response;
    this.#leastSec = least;
    return this.#send(least);
  }

  startTimer(subscriber: Subscriber, timer: SubscriberTimer, afterMs: number): void {
    if (this.#isLost) return;
    this.#timers.get(timer)?.();
    this.#timers.set(
      timer,
      this.#clock.after(afterMs, () => {
        this.#timers.delete(timer);
        subscriber.wake(timer);
      }),
    );
  }

  stopTimer(_subscriber: Subscriber, timer: SubscriberTimer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  notified(_subscriber: Subscriber, notify: SipRequest, state: SubscriptionState): void {
    tellApplication(() => this.#options.onNotify(notify, state), this.#onFault);
  }

  terminated(_subscriber: Subscriber, end: SubscriptionEnd): void {
    this.#settle(end);
  }
}

function secondsOf(response: SipResponse, field: 'Expires' | 'Min-Expires'): number | undefined {
  const seconds = Number(response.get(field) ?? Number.NaN);
  return Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * The Refer-To of a REFER.
 * @param target - whom the other side shall call
 * @param replaced - dialog there that the new call takes the place of
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function referToOf(target: string, replaced: Dialog | undefined): NameAddr {
  checkArgument(
    target,
    uri('give the address to call, such as sip:carol@contoso.example'),
    'target',
    'refer',
  );
  if (replaced === undefined) return NameAddr.from({ uri: target });
  return NameAddr.from({ uri: `${target}?Replaces=${encodeURIComponent(replacesOf(replaced))}` });
}

/** A dialog as Replaces names it: from the side of the target its own tag is the one that is remote here (RFC 3891 §3). */
function replacesOf({ callId, localTag, remoteTag }: Dialog): string {
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}
