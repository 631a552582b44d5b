/** Something that an attack does again and again until it is stopped. */
export interface Repetition {
  stop(): void;
}

/**
 * Does something at a fixed interval.
 * @param everyMs - milliseconds between two times
 * @param what - done at once and then again
 */
export function repeat(everyMs: number, what: () => void): Repetition {
  what();
  const timer = setInterval(what, everyMs);
  return { stop: () => clearInterval(timer) };
}

/**
 * Does something as fast as it can be done, several at a time.
 * @param atOnce - how many are under way
 * @param what - begun again whenever one has ended
 */
export function asFastAsPossible(atOnce: number, what: () => Promise<void>): Repetition {
  let stopped = false;
  const run = async (): Promise<void> => {
    while (!stopped) await what();
  };
  for (let i = 0; i < atOnce; i += 1) void run();
  return {
    stop() {
      stopped = true;
    },
  };
}
