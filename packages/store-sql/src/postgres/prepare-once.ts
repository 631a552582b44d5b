/**
 * Does something before what depends on it, until it has succeeded once.
 * @param prepare - what must be done first
 * @returns resolves when it is done; rejects where it fails, and then the next call tries again
 */
export function onceDone(prepare: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= prepare().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
