import { parseSubscriptionState } from '../headers/event.ts';
import { isAll, TOKEN } from '../syntax/characters.ts';
import { checkObject } from '../syntax/check-object.ts';

/**
 * What a NOTIFY says about its subscription.
 * @see RFC 6665 §4.1.3
 */
export interface SubscriptionState {
  /** `pending` until the notifier has decided, `active` while it shows the state, `terminated` at the end. */
  readonly state: 'pending' | 'active' | 'terminated';
  /** Seconds the subscription still lasts; not with `terminated`. */
  readonly expiresSec?: number;
  /** Why it ended; with `terminated` only. */
  readonly reason?: string;
  /** Seconds to wait before subscribing again; with `terminated` only. */
  readonly retryAfterSec?: number;
}

/**
 * Reads a Subscription-State value for the subscriber machine: parameters without meaning in the state are left out, and an
 * extension state counts as malformed, because it is not supported.
 * @param text - the header field value
 */
export function readSubscriptionState(text: string): SubscriptionState | undefined {
  const parsed = parseSubscriptionState(text);
  if (!parsed.ok) return undefined;
  const { state, expires, reason, retryAfter } = parsed.value;
  if (state === 'active' || state === 'pending') {
    return expires === undefined ? { state } : { state, expiresSec: expires };
  }
  if (state !== 'terminated') return undefined;
  return {
    state,
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(retryAfter !== undefined && { retryAfterSec: retryAfter }),
  };
}

/** Writes a Subscription-State value. */
export function formatSubscriptionState(value: SubscriptionState): string {
  checkObject(value, 'state of formatSubscriptionState', 'give { state, expiresSec, reason, retryAfterSec }');
  let text: string = value.state;
  if (value.expiresSec !== undefined) text += `;expires=${value.expiresSec}`;
  if (value.reason !== undefined && isAll(value.reason, TOKEN)) text += `;reason=${value.reason}`;
  if (value.retryAfterSec !== undefined) text += `;retry-after=${value.retryAfterSec}`;
  return text;
}
