/** Bytes within which heaps differ without a cause. */
const noiseBytes = 8_000_000;
/** Rounds after which tables that are bounded have filled. */
const warmRounds = 2;
/** Rounds of which thirds can be compared. */
const manyRounds = 6;

/**
 * Whether the heap of a server grows without end. Of a few rounds each must have left more than the one before; of many, even the least of
 * the last third must be more than the least of the first. In all it must be more than what differs by itself.
 * @param bytes - after each round, its garbage gone
 */
export function heapGrows(bytes: readonly number[]): boolean {
  const warm = bytes.slice(warmRounds);
  if (warm.length < 3) return false;
  if (warm.length < manyRounds) {
    const rises = warm.slice(1).every((now, i) => now > (warm[i] as number));
    return rises && (warm.at(-1) as number) - (warm[0] as number) > noiseBytes / 2;
  }
  const third = Math.floor(warm.length / 3);
  return Math.min(...warm.slice(-third)) - Math.min(...warm.slice(0, third)) > noiseBytes;
}
