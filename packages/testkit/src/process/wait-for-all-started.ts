/**
 * Waits for several things that start, also where one fails: what is still starting would otherwise be left behind.
 * @param starting - under way
 * @returns what each gave
 * @throws what the first one that failed has thrown, once all have ended
 */
export async function allStarted<T>(starting: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(starting);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}
