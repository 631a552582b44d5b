/** Fraction of its life after which an object is fetched again. */
const refreshAfter = 0.75;

/**
 * Whether so much of the life of a list or an answer is over that the next one can be expected.
 * @param object - its times, milliseconds since the epoch
 * @param now - milliseconds since the epoch
 */
export function isDue(
  { nextUpdate, thisUpdate }: { readonly thisUpdate: number; readonly nextUpdate?: number | undefined },
  now: number,
): boolean {
  return nextUpdate !== undefined && now >= thisUpdate + refreshAfter * (nextUpdate - thisUpdate);
}

/**
 * Whether a list was fetched so long ago that there may be a newer one. Where that is later than now, the clock was ahead, and says nothing of how long
 * ago that was.
 * @param list - when it was fetched, milliseconds since the epoch
 * @param everyMs - milliseconds
 * @param now - milliseconds since the epoch
 */
export function isOld(
  { fetchedAt }: { readonly fetchedAt?: number | undefined },
  everyMs: number,
  now: number,
): boolean {
  return fetchedAt === undefined || fetchedAt > now || now - fetchedAt >= everyMs;
}
