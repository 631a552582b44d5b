/** How to be called again and again. */
export interface Interval {
  /** @returns what stops it */
  start(run: () => void, everyMs: number): () => void;
}

/** `setInterval`, which does not keep the process alive. */
export const systemInterval: Interval = {
  start(run, everyMs) {
    const handle = setInterval(run, everyMs);
    handle.unref();
    return () => clearInterval(handle);
  },
};
