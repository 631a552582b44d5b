import type { SipResponse } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { Answered } from './answered.ts';
import type { AnyTransaction } from './transaction-context.ts';

/** Answers of one device that go back at once; a further one each second. */
const atOnce = 32;
/** The same of the devices that a server may have behind it: as many as a user may register, each of which has been counted there. */
const atOnceOfServer = 16 * atOnce;

/**
 * Whether the one who answers may write as many of this response as they like: a provisional one, or a 2xx after the first. The caller must
 * not be held up by them, as it is by answers to what it asks (RFC 3261 §13.2.2.4, §17.2.1).
 * @param response - that a transaction sends
 * @param transaction - of the request; its context tells whether it is accepted already
 */
export function isInPassing({ isSuccess, status }: SipResponse, { context }: AnyTransaction): boolean {
  return status < 200 || (isSuccess && context.counted === 0);
}

/**
 * Whether a provisional response or a further 2xx goes no further because there were so many: a telephone that rings says so each minute
 * (RFC 3261 §13.3.1.1), repeats what is reliable until it is acknowledged (RFC 3262 §3), and its 2xx for 32 seconds (RFC 3261 §13.3.1.4).
 * @param request - that it answers
 * @param from - where it has come from
 * @param clock - milliseconds
 */
export function isTooMany(
  request: Answered,
  { server }: Pick<SipConnection, 'server'>,
  clock: { now(): number },
): boolean {
  const now = Math.floor(clock.now() / 1_000);
  const paid = Math.max(request.paidUntil, now);
  if (paid - now >= (server === undefined ? atOnce : atOnceOfServer)) return true;
  request.paidUntil = paid + 1;
  return false;
}
