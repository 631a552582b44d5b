import type { SipResponse } from '@entente/sip';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { AgentSubscription } from './agent-subscription.ts';
import type { Line } from './line.ts';
import type { NewRequests } from './new-requests.ts';
import { type AgentSubscribeOptions, SubscriptionDialog, subscribeHeaders } from './subscription-dialog.ts';

/** How a SUBSCRIBE came out. */
export type SubscribeOutcome =
  | { readonly ok: true; readonly subscription: AgentSubscription; readonly response: SipResponse }
  | { readonly ok: false; readonly response: SipResponse };

/** What {@link AgentSubscriptions} need. */
export interface AgentSubscriptionsParts {
  /** Unpredictable text without spaces, for tags and Call-IDs. */
  readonly newToken: () => string;
  readonly line: Line;
  readonly requests: NewRequests;
}

/** The subscriptions of a user agent outside its calls, by their dialogs: a NOTIFY in one of them is handed to it. */
export class AgentSubscriptions {
  readonly #parts: AgentSubscriptionsParts;
  readonly #dialogs = new Map<string, SubscriptionDialog>();
  readonly #kept = new Set<AgentSubscription>();

  /** @param parts - whose, and over which line */
  constructor(parts: AgentSubscriptionsParts) {
    this.#parts = parts;
  }

  /** As `UserAgent.subscribe`. */
  async subscribe(to: string, event: string, options: AgentSubscribeOptions): Promise<SubscribeOutcome> {
    const begin = () => this.#begin(to, event, options);
    const first = begin();
    let response: SipResponse;
    try {
      response = await first.subscription.answered;
    } catch (error) {
      first.subscription.lost();
      throw error;
    }
    if (response.status >= 300) {
      // After a NOTIFY it would go on, and nobody could end it.
      first.subscription.lost();
      return { ok: false, response };
    }
    const subscription = new AgentSubscription({ event, line: this.#parts.line, begin }, first);
    this.#kept.add(subscription);
    void subscription.ended.then(() => this.#kept.delete(subscription));
    return { ok: true, subscription, response };
  }

  /**
   * Hands a NOTIFY to the subscription that it is for.
   * @returns false for any other request, which is left unanswered
   */
  receive(transaction: ServerTransaction): boolean {
    const { callId, method, to } = transaction.request;
    if (method !== 'NOTIFY' || to.tag === undefined) return false;
    const dialog = this.#dialogs.get(keyOf(callId, to.tag));
    dialog?.receive(transaction);
    return dialog !== undefined;
  }

  /** Nothing brings what they are for any more. */
  lost(): void {
    for (const subscription of this.#kept) subscription.lost();
  }

  #begin(to: string, event: string, options: AgentSubscribeOptions): SubscriptionDialog {
    const { line, newToken, requests } = this.#parts;
    const [callId, localTag] = [newToken(), newToken()];
    const dialog = new SubscriptionDialog({
      event,
      callId,
      localTag,
      line,
      options,
      begin: (expiresSec, onSent) =>
        requests.ask(
          'SUBSCRIBE',
          to,
          { headers: subscribeHeaders(event, expiresSec, options) },
          { onSent },
          { callId, fromTag: localTag, contact: line.contactFor(to) },
        ),
    });
    const key = keyOf(callId, localTag);
    this.#dialogs.set(key, dialog);
    void dialog.subscription.ended.then(() => this.#dialogs.delete(key));
    return dialog;
  }
}

function keyOf(callId: string, localTag: string): string {
  return `${callId}\0${localTag}`;
}
