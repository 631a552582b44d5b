import type { Parameters } from '../parameters/parameters.ts';
import { malformedHeader, type Parsed } from '../syntax/problem.ts';
import { readBoundedNumber, readTokenWithParameters } from './token-with-parameters.ts';

/**
 * The event package of SUBSCRIBE, NOTIFY and PUBLISH.
 *
 * @see RFC 6665 §8.2.1
 */
export interface EventValue {
  /** With case, package and templates, for example `presence` or `presence.winfo`. */
  readonly type: string;
  /** The `id` parameter, which distinguishes the subscriptions in one dialog. */
  readonly id: string | undefined;
  /** All parameters, `id` among them; names in lower case. */
  readonly parameters: Parameters;
}

/**
 * Parses an Event value.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 6665 §8.2.1, §8.4
 */
export function parseEvent(text: string): Parsed<EventValue> {
  const read = readTokenWithParameters(text);
  // event-type = event-package *( "." event-template ), each without dots of its own.
  if (read === undefined || read.token.split('.').includes('')) {
    return { ok: false, error: malformedHeader('Event', 'an event type with parameters', text) };
  }
  const { token, parameters } = read;
  return { ok: true, value: { type: token, id: parameters.get('id'), parameters } };
}

/**
 * The state a NOTIFY reports.
 *
 * @see RFC 6665 §4.1.3, §8.2.3
 */
export interface SubscriptionStateValue {
  /** `active`, `pending`, `terminated`, or an extension; in lower case. */
  readonly state: string;
  /** Seconds left. */
  readonly expires: number | undefined;
  /** Why a subscription ended, in lower case. */
  readonly reason: string | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** All parameters, `expires`, `reason` and `retry-after` among them; names in lower case. */
  readonly parameters: Parameters;
}

/**
 * Parses a Subscription-State value.
 *
 * @returns the value, or a problem with code `malformed-header`.
 * @see RFC 6665 §8.2.3, §8.4
 */
export function parseSubscriptionState(text: string): Parsed<SubscriptionStateValue> {
  const read = readTokenWithParameters(text);
  const expires = readBoundedNumber(read?.parameters.get('expires'), 0xffff_ffff);
  const retryAfter = readBoundedNumber(read?.parameters.get('retry-after'), 0xffff_ffff);
  if (
    read === undefined ||
    (read.parameters.has('expires') && expires === undefined) ||
    (read.parameters.has('retry-after') && retryAfter === undefined)
  ) {
    const expected = 'a state with expires, reason and retry-after';
    return { ok: false, error: malformedHeader('Subscription-State', expected, text) };
  }
  const { token, parameters } = read;
  const reason = parameters.get('reason')?.toLowerCase();
  return { ok: true, value: { state: token.toLowerCase(), expires, reason, retryAfter, parameters } };
}
