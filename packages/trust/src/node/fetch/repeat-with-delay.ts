/** Runs something later, once, and gives a function that cancels it. */
export type After = (delayMs: number, run: () => void) => () => void;

const machineTimer: After = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

/**
 * Runs something again and again.
 * @param everyMs - milliseconds between two runs
 * @param run - what is run
 * @param after - default: a timer of the machine that does not keep the process alive
 * @returns a function that stops it
 */
export function repeatedly(everyMs: number, run: () => void, after: After = machineTimer): () => void {
  let stop = (): void => {};
  const wait = (): void => {
    stop = after(everyMs, () => {
      wait();
      run();
    });
  };
  wait();
  return () => stop();
}
