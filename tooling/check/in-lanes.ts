/**
 * Runs pieces of work side by side.
 *
 * @param lanes - each is one thing after the other
 * @returns what they give, in their order
 * @throws the first fault of one, once all have ended and have left nothing running
 */
export async function inLanes<T>(lanes: readonly (() => Promise<readonly T[]>)[]): Promise<T[]> {
  const ended = await Promise.allSettled(lanes.map((lane) => lane()));
  return ended.flatMap((lane) => {
    if (lane.status === 'rejected') throw lane.reason;
    return lane.value;
  });
}
