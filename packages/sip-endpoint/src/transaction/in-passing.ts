import type { SipResponse } from '@entente/sip';
import type { AnyTransaction, ClientTransaction } from './transaction-context.ts';

/** Provisional responses that a request may have at once; a further one each second. */
const provisionalsAtOnce = 32;

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
 * Whether a provisional response goes no further because there were so many: a telephone that rings says so each minute (RFC 3261
 * §13.3.1.1), and repeats what is reliable until it is acknowledged (RFC 3262 §3). Each counts as a second of the time to come.
 * @param response - as received
 * @param transaction - that it answers
 * @param clock - milliseconds
 */
export function isTooMany(
  { status }: SipResponse,
  { context }: ClientTransaction,
  clock: { now(): number },
): boolean {
  if (status >= 200) return false;
  const now = Math.floor(clock.now() / 1_000);
  const paid = Math.max(context.paidUntil, now);
  if (paid - now >= provisionalsAtOnce) return true;
  context.paidUntil = paid + 1;
  return false;
}
