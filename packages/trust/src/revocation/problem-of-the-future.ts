import { ofTheFuture } from '../knowledge/signed-in-future.ts';
import { moment } from '../reasons/entry.ts';

/**
 * Why a CRL or an OCSP response does not count that was signed later than it is.
 * @param what - it is
 * @param signedAt - milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function problemOfTheFuture(what: string, signedAt: number, now: number): string {
  return `${what}${ofTheFuture}: of ${moment(signedAt)}, and the clock here says ${moment(now)}`;
}
