/**
 * Leaves calls out while an earlier one has not ended: a connection answers one query at a time, and one that has hung has no use for more.
 * @param work - what a call does
 * @returns the call; one that is left out resolves at once
 */
export function unlessUnderWay(work: () => Promise<void>): () => Promise<void> {
  let isUnderWay = false;
  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await work();
    } finally {
      isUnderWay = false;
    }
  };
}
