/** How it begins, behind what it is, where a statement was signed later than the clock here says. */
export const ofTheFuture = ' from the future';

/**
 * Why a CRL or an OCSP response does not count that was signed later than it is.
 * @param what - it is
 * @param signedAt - milliseconds since 1970
 * @param now - milliseconds since 1970
 */
export function problemOfTheFuture(what: string, signedAt: number, now: number): string {
  return `${what}${ofTheFuture}: of ${timeText(signedAt)}, and the clock here says ${timeText(now)}`;
}

function timeText(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
