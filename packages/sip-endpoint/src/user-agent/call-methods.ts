import { createResponse, type SipRequest, type SipResponse } from '@entente/sip';
import type { Answer } from './answer.ts';

/** Answers to requests in a call where the application chooses none. */
export const usual: Readonly<Record<string, Answer>> = {
  INVITE: { status: 488 },
  UPDATE: { status: 488 },
  INFO: { status: 200 },
  OPTIONS: { status: 200 },
};

/** Methods that a user agent takes, as Allow lists them (RFC 3261 §20.5). */
export const allowed = 'INVITE, ACK, BYE, CANCEL, MESSAGE, OPTIONS, INFO, UPDATE, NOTIFY';
/** The answer to a request with another method. */
export const notAllowed: Answer = { status: 405, headers: { Allow: allowed } };

/** Requests that say where the next ones go (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.4.1). */
export const refreshing: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/**
 * The answer to a request that needs an extension: there is none here that its sender could rely on, in a call no more than before it.
 * @param request - any but ACK and CANCEL
 * @param toTag - where it is in no dialog
 * @returns 420; undefined where it needs none
 * @see RFC 3261 §8.2.2.3
 */
export function extensionsRefused(request: SipRequest, toTag?: string): SipResponse | undefined {
  if (!request.has('Require')) return undefined;
  const headers = { Unsupported: request.all('Require').join(', ') };
  return createResponse(request, 420, undefined, toTag === undefined ? { headers } : { toTag, headers });
}
