/** Calls something after milliseconds, unless what it returns is called before. */
export type After = (ms: number, run: () => void) => () => void;

/** The timers of the system; none of them keeps the process alive. */
export const afterTime: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
