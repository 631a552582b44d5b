import type { SipRequest } from '@entente/sip';

/**
 * Challenges, an interval that is too short, users who are not there, and the end of what was cancelled: one who does nothing wrong gets them, as
 * often as there are users behind the connection.
 */
const ordinary: ReadonlySet<number> = new Set([401, 404, 407, 423, 480, 487]);

/**
 * Whether a refusal may be of one who does nothing wrong: then it counts little in `RefusalPause`. In dialogs requests of both ends cross, and what fails for want of something (5xx)
 * is nobody's fault. Anything else a client that is well made does not send twice.
 * @param request - refused at once
 * @param status - 300 to 699
 */
export function isOrdinaryRefusal(request: Pick<SipRequest, 'to'>, status: number): boolean {
  const isFailure = status >= 400 && (status < 500 || status >= 600);
  return !isFailure || ordinary.has(status) || request.to.tag !== undefined;
}
