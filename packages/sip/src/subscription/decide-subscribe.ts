import { parseEvent } from '../headers/event.ts';
import { checkIsRequest } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import { checkObject } from '../syntax/check-object.ts';
import { quoteForPeople } from '../syntax/problem.ts';

/** Bounds of a notifier. */
export interface SubscribePolicy {
  /** Event packages it serves. */
  readonly events: readonly string[];
  /** Seconds for a SUBSCRIBE without Expires. */
  readonly defaultExpiresSec: number;
  /** Seconds; a shorter time is answered 423, except 0 and what is one hour or more (RFC 6665 §4.2.1.1). */
  readonly minExpiresSec: number;
  /** Seconds; where a SUBSCRIBE requests more, this is granted. */
  readonly maxExpiresSec: number;
}

/** Whether a SUBSCRIBE may be granted: for how long, or what to answer instead. */
export type SubscribeDecision =
  | {
      readonly ok: true;
      readonly event: string;
      /** Distinguishes subscriptions to one event in one dialog. */
      readonly id: string | undefined;
      readonly expiresSec: number;
    }
  | {
      readonly ok: false;
      readonly status: 400 | 423 | 489;
      readonly message: string;
      readonly headers: readonly (readonly [name: string, value: string | number])[];
    };

const hourSec = 3_600;

/**
 * Decides a SUBSCRIBE by its form, before authorisation.
 * @param request - SUBSCRIBE, first or refresh
 * @param policy - bounds
 * @see RFC 6665 §4.2.1.1
 */
export function decideSubscribe(request: SipRequest, policy: SubscribePolicy): SubscribeDecision {
  checkIsRequest(request, 'decideSubscribe');
  checkObject(policy, 'policy of decideSubscribe', 'give { events, … }');
  const value = request.get('Event');
  if (value === undefined) return malformed('Event: expected one event package, found none');
  const parsed = parseEvent(value);
  if (!parsed.ok) return malformed(parsed.error.message);
  const { type: event, id } = parsed.value;
  if (!policy.events.includes(event)) {
    return {
      ok: false,
      status: 489,
      message: `Event: expected ${policy.events.join(' or ') || 'none'}, found ${JSON.stringify(event.slice(0, 60))}`,
      headers: [['Allow-Events', policy.events.join(', ')]],
    };
  }
  const expires = request.get('Expires');
  if (expires !== undefined && !/^[0-9]+$/.test(expires)) {
    return malformed(`Expires: expected seconds, found ${quoteForPeople(expires)}`);
  }
  const asked = request.expires ?? policy.defaultExpiresSec;
  // Only a time below one hour may be refused as too short.
  if (asked > 0 && asked < hourSec && asked < policy.minExpiresSec) {
    return {
      ok: false,
      status: 423,
      message: `Expires: expected at least ${policy.minExpiresSec} seconds, found ${asked}`,
      headers: [['Min-Expires', policy.minExpiresSec]],
    };
  }
  return { ok: true, event, id, expiresSec: Math.min(asked, policy.maxExpiresSec) };
}

function malformed(message: string): SubscribeDecision {
  return { ok: false, status: 400, message, headers: [] };
}
