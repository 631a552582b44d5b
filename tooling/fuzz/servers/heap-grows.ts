/** Bytes within which heaps differ without a cause. */
const noiseBytes = 4_000_000;
/** Rounds after which tables that are bounded have filled. */
const warmRounds = 2;

/**
 * Whether the heap of a server grows without end: it kept more after each of the last rounds than after the one before, and in all more
 * than what differs by itself.
 * @param bytes - after each round, its garbage gone
 */
export function heapGrows(bytes: readonly number[]): boolean {
  const warm = bytes.slice(warmRounds);
  if (warm.length < 3) return false;
  const rises = warm.slice(1).every((now, i) => now > (warm[i] as number));
  return rises && (warm.at(-1) as number) - (warm[0] as number) > noiseBytes;
}
