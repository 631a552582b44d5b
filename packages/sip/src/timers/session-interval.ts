import {
  minSessionInterval,
  parseMinSE,
  parseSessionExpires,
  type Refresher,
  SessionExpires,
} from '../headers/session-expires.ts';
import { checkIsRequest, checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { tagsOf } from '../message/tags-of.ts';
import { checkObject } from '../syntax/check-object.ts';

/** What both sides agreed on for a session. */
export interface SessionInterval {
  /** Seconds. */
  readonly interval: number;
  /** The side that refreshes, `uac` being the one that sent the request. */
  readonly refresher: Refresher;
}

/** Header fields by name, as a message is built from them. */
type Headers = readonly (readonly [name: string, value: string | number | SessionExpires])[];

/**
 * The header fields with which a request requests a session timer.
 * @param wanted - interval in seconds, and which side shall refresh where that is not left open
 * @param minSE - the largest Min-SE seen in this dialog, where there was one
 * @see RFC 4028 §7.1, §7.4
 */
export function sessionTimerHeaders(
  wanted: { readonly interval: number; readonly refresher?: Refresher },
  minSE?: number,
): Headers {
  checkObject(wanted, 'wanted of sessionTimerHeaders', 'give { interval, refresher }');
  const interval = Math.max(wanted.interval, minSE ?? minSessionInterval);
  const headers: Headers = [
    ['Supported', 'timer'],
    ['Session-Expires', new SessionExpires(interval, wanted.refresher)],
  ];
  return minSE === undefined ? headers : [...headers, ['Min-SE', minSE]];
}

/** How a server answers a session refresh request. */
export type SessionTimerAnswer =
  | { readonly ok: true; readonly agreed: SessionInterval | undefined; readonly headers: Headers }
  | { readonly ok: false; readonly status: 400 | 422; readonly headers: Headers };

/**
 * Decides the session timer of an INVITE or UPDATE on the side that answers it.
 * @param request - as received
 * @param policy - seconds: `minSE` at least 90; `wanted` where this side wants a timer even if it was not requested; `refresher`
 *   which side shall refresh where the request leaves it open
 * @returns header fields for the 2xx, or 422 with Min-SE, or 400 for a malformed field
 * @see RFC 4028 §9
 */
export function answerSessionTimer(
  request: SipRequest,
  policy: { readonly minSE: number; readonly wanted?: number; readonly refresher?: Refresher },
): SessionTimerAnswer {
  checkIsRequest(request, 'answerSessionTimer');
  checkObject(policy, 'policy of answerSessionTimer', 'give { minSE, wanted }');
  const tags = tagsOf(request, 'Supported');
  const expiresText = request.get('Session-Expires');
  const asked = expiresText === undefined ? undefined : parseSessionExpires(expiresText);
  const minText = request.get('Min-SE');
  const min = minText === undefined ? undefined : parseMinSE(minText);
  if (tags === undefined || asked?.ok === false || min?.ok === false)
    return { ok: false, status: 400, headers: [] };
  const supported = tags.includes('timer');
  const policyMin = Math.max(policy.minSE, minSessionInterval);
  // A client without support for timers would not understand a 422.
  if (asked !== undefined && supported && asked.value.interval < policyMin) {
    return { ok: false, status: 422, headers: [['Min-SE', policyMin]] };
  }
  const floor = Math.max(min?.value ?? 0, minSessionInterval);
  const interval = chooseInterval(asked?.value.interval, policy.wanted, floor);
  if (interval === undefined) return { ok: true, agreed: undefined, headers: [] };
  const refresher = supported ? (asked?.value.refresher ?? policy.refresher ?? 'uac') : 'uas';
  const headers: Headers = [['Session-Expires', new SessionExpires(interval, refresher)]];
  return {
    ok: true,
    agreed: { interval, refresher },
    headers: supported ? [['Require', 'timer'], ...headers] : headers,
  };
}

/** The answer may shorten the requested interval down to the minimum, never lengthen it. */
function chooseInterval(
  asked: number | undefined,
  wanted: number | undefined,
  floor: number,
): number | undefined {
  if (asked === undefined) return wanted === undefined ? undefined : Math.max(wanted, floor);
  return wanted === undefined ? asked : Math.min(asked, Math.max(wanted, floor));
}

/**
 * The session timer of a 2xx for the side that sent the request.
 * @param response - 2xx to INVITE or UPDATE
 * @param asked - requested seconds; the client may use the timer by itself where the peer does not support it
 * @returns undefined where the session has no timer
 * @see RFC 4028 §7.2
 */
export function sessionTimerOfResponse(response: SipResponse, asked?: number): SessionInterval | undefined {
  checkIsResponse(response, 'sessionTimerOfResponse');
  const text = response.get('Session-Expires');
  const found = text === undefined ? undefined : parseSessionExpires(text);
  if (found?.ok === true)
    return { interval: found.value.interval, refresher: found.value.refresher ?? 'uac' };
  return asked === undefined ? undefined : { interval: asked, refresher: 'uac' };
}
