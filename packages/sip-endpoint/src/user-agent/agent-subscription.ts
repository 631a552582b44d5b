import type { SubscriptionEnd } from '@entente/sip';
import type { Line } from './line.ts';
import type { SubscriptionDialog } from './subscription-dialog.ts';

/** The shortest pause before a subscription that has ended is made again, after the first such end in a row; it doubles from then on. */
const firstPauseMs = 1_000;
/** The longest. */
const longestPauseMs = 60_000;
/** The longest that a notifier can ask for: with more, the subscription has ended, so that nobody waits for what does not come. */
const longestAskedMs = 86_400_000;

/** What an {@link AgentSubscription} needs. */
export interface AgentSubscriptionParts {
  readonly event: string;
  readonly line: Line;
  /** Begins another dialog for it. */
  readonly begin: () => SubscriptionDialog;
}

/**
 * A subscription of a user agent. It is renewed before its time is over, and made again in another dialog where the notifier moves it or has
 * lost it, or gives no answer: after one second, doubling to 60 unless it has lasted for a minute. It lasts until it is ended here, refused, or the user
 * agent is no longer kept registered.
 * @see RFC 6665 §4.1.2, §4.1.3
 */
export class AgentSubscription {
  /** Event package, for example `presence`. */
  readonly event: string;
  /**
   * Settles when it has ended and is not made again. Where the notifier wants that to wait for more than a day, it has `resubscribeAfterMs`: whether to
   * subscribe again is for the application to say.
   */
  readonly ended: Promise<SubscriptionEnd>;
  readonly #parts: AgentSubscriptionParts;
  #current: SubscriptionDialog;
  #settle: (end: SubscriptionEnd) => void = () => {};
  #isLeaving = false;
  #stopWaiting: (() => void) | undefined;
  #pauseMs = firstPauseMs;
  #begunAt = 0;

  /**
   * @param parts - which, and how it is made again
   * @param first - whose SUBSCRIBE was accepted
   */
  constructor(parts: AgentSubscriptionParts, first: SubscriptionDialog) {
    this.event = parts.event;
    this.#parts = parts;
    this.#current = first;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#follow(first);
  }

  /** Ends it; the last NOTIFY still comes. */
  unsubscribe(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    if (this.#stopWaiting !== undefined) this.lost();
    else this.#current.subscription.unsubscribe();
  }

  /** Nothing brings its NOTIFY requests any more. */
  lost(): void {
    this.#isLeaving = true;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#current.subscription.lost();
    this.#settle({ cause: 'failure', resubscribeAfterMs: undefined });
  }

  #follow(dialog: SubscriptionDialog): void {
    this.#current = dialog;
    this.#begunAt = this.#parts.line.clock.now();
    void dialog.subscription.ended.then((end) => {
      const afterMs = this.#isLeaving ? undefined : againAfter(end);
      if (afterMs === undefined) this.#settle(end);
      else this.#again(Math.max(afterMs, this.#pause(dialog.isNotified && this.#hasLasted())));
    });
  }

  #again(afterMs: number): void {
    this.#stopWaiting = this.#parts.line.clock.after(afterMs, () => {
      this.#stopWaiting = undefined;
      this.#follow(this.#parts.begin());
    });
  }

  /** A notifier that ends it each time it was made is not asked every second. */
  #hasLasted(): boolean {
    return this.#parts.line.clock.now() - this.#begunAt >= longestPauseMs;
  }

  /** Half to all of it at random, so that many subscribers of one notifier do not come back at once. */
  #pause(hasLasted: boolean): number {
    const pauseMs = hasLasted ? firstPauseMs : this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    return (pauseMs * (1 + this.#parts.line.random())) / 2;
  }
}

/** Statuses after which the same may be accepted a moment later: the notifier is gone for now, or has forgotten the dialog (RFC 6665 §4.1.2.2). */
const passing: ReadonlySet<number> = new Set([408, 430, 480, 481]);

/** @returns undefined where it is not made again */
function againAfter({ cause, resubscribeAfterMs, status }: SubscriptionEnd): number | undefined {
  if (cause !== 'failure')
    return resubscribeAfterMs !== undefined && resubscribeAfterMs <= longestAskedMs
      ? resubscribeAfterMs
      : undefined;
  return status !== undefined && (passing.has(status) || (status >= 500 && status < 600 && status !== 501))
    ? 0
    : undefined;
}
