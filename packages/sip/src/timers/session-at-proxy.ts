import {
  minSessionInterval,
  parseMinSE,
  parseSessionExpires,
  SessionExpires,
} from '../headers/session-expires.ts';
import { checkIsRequest, checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { tagsOf } from '../message/tags-of.ts';
import { checkObject } from '../syntax/check-object.ts';

/** Header fields to set on the forwarded message, with `edit(message).set(name, value)`. */
type Headers = readonly (readonly [name: string, value: string | number | SessionExpires])[];

/** What a proxy remembers of a session refresh request until its final response. */
export interface ProxiedSessionTimer {
  /** Seconds, as in the forwarded request. */
  readonly interval: number;
  /** Whether the client supports session timers. */
  readonly isClientAware: boolean;
}

/** What a proxy does with a session refresh request. `timer` is undefined where the session gets none. */
export type ProxySessionDecision =
  | { readonly ok: true; readonly headers: Headers; readonly timer: ProxiedSessionTimer | undefined }
  | { readonly ok: false; readonly status: 400 | 422; readonly headers: Headers };

/**
 * Decides what a record-routing, stateful proxy does about the session timer of an INVITE or UPDATE. A request of another
 * method is not changed.
 * @param request - as received
 * @param policy - seconds: `minSE` the shortest accepted interval, at least 90; `wanted` the interval to request, where the
 *   proxy requests one by itself
 * @returns the fields to change in the forwarded request, or 422 with Min-SE, or 400 for a malformed field
 * @see RFC 4028 §8.1
 */
export function proxySessionRequest(
  request: SipRequest,
  policy: { readonly minSE: number; readonly wanted?: number },
): ProxySessionDecision {
  checkIsRequest(request, 'proxySessionRequest');
  checkObject(policy, 'policy of proxySessionRequest', 'give { minSE, wanted }');
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return unchanged;
  const expiresText = request.get('Session-Expires');
  const minText = request.get('Min-SE');
  const asked = expiresText === undefined ? undefined : parseSessionExpires(expiresText);
  const min = minText === undefined ? undefined : parseMinSE(minText);
  const tags = tagsOf(request, 'Supported');
  if (tags === undefined || asked?.ok === false || min?.ok === false)
    return { ok: false, status: 400, headers: [] };

  const isClientAware = tags.includes('timer');
  const shortest = Math.max(policy.minSE, minSessionInterval);
  const wanted = policy.wanted === undefined ? undefined : Math.max(policy.wanted, shortest);
  const found = asked?.value.interval;
  if (found === undefined && wanted === undefined) return unchanged;
  if (found !== undefined && found < shortest && isClientAware) {
    return { ok: false, status: 422, headers: [['Min-SE', shortest]] };
  }
  // A client without support for timers would not understand a 422, so its request is changed instead; the Min-SE of a
  // client with support must not be changed (RFC 4028 §11).
  const raised = found !== undefined && found < shortest ? shortest : 0;
  const floor = Math.max(min?.value ?? 0, minSessionInterval, raised);
  const interval = Math.max(found === undefined ? wanted! : Math.min(found, wanted ?? found), floor);
  const headers: [string, string | number | SessionExpires][] = [];
  if (raised > (min?.value ?? 0)) headers.push(['Min-SE', raised]);
  if (interval !== found) headers.push(['Session-Expires', withInterval(expiresText, interval)]);
  return { ok: true, headers, timer: { interval, isClientAware } };
}

/**
 * What a proxy does with the final response to a session refresh request, and until when the session then lasts. When
 * that time has passed the proxy may forget the call; it never sends BYE (RFC 4028 §8.3).
 * @param response - as received
 * @param timer - what {@link proxySessionRequest} gave for its request
 * @param now - milliseconds since 1970, when the response is forwarded
 * @returns fields to change, and when the session ends in milliseconds since 1970: `undefined` where it has no timer, or
 *   where the response is not a 2xx and changes nothing
 * @see RFC 4028 §8.2
 */
export function proxySessionResponse(
  response: SipResponse,
  timer: ProxiedSessionTimer | undefined,
  now: number,
): { readonly headers: Headers; readonly expiresAt: number | undefined } {
  checkIsResponse(response, 'proxySessionResponse');
  if (timer !== undefined)
    checkObject(timer, 'timer of proxySessionResponse', 'give what proxySessionRequest has decided');
  if (!response.isSuccess) return { headers: [], expiresAt: undefined };
  const text = response.get('Session-Expires');
  if (text !== undefined) {
    const found = parseSessionExpires(text);
    return { headers: [], expiresAt: found.ok ? now + found.value.interval * 1_000 : undefined };
  }
  if (timer === undefined || !timer.isClientAware) return { headers: [], expiresAt: undefined };
  const tags = tagsOf(response, 'Require');
  // A malformed Require cannot be extended: the response is forwarded unchanged.
  if (tags === undefined) return { headers: [], expiresAt: undefined };
  const require: Headers = tags.includes('timer') ? [] : [['Require', [...tags, 'timer'].join(', ')]];
  return {
    headers: [['Session-Expires', new SessionExpires(timer.interval, 'uac')], ...require],
    expiresAt: now + timer.interval * 1_000,
  };
}

const unchanged: ProxySessionDecision = { ok: true, headers: [], timer: undefined };

/** The value with another interval; a proxy does not change the refresher. */
function withInterval(text: string | undefined, interval: number): string {
  return text === undefined ? `${interval}` : text.replace(/^[0-9]+/, `${interval}`);
}
