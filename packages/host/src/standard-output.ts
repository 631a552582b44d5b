import { once } from 'node:events';
import { pino } from 'pino';

type Output = ReturnType<typeof pino.destination>;

/** Milliseconds that a reader of standard output has to take the last lines. */
const lastLinesMs = 1_000;
let shared: Output | undefined;
let isEnded = false;

/** Where the lines of every logger of this process go, in the order in which they were logged. */
export function standardOutput(): Output {
  shared ??= pino.destination(1);
  return shared;
}

/** Writes what is left. What is logged afterwards is lost: call it before the process ends. */
export async function endStandardOutput(): Promise<void> {
  if (shared === undefined || isEnded) return;
  isEnded = true;
  // After EPIPE it does not close any more: nobody reads.
  const closed = once(shared, 'close', { signal: AbortSignal.timeout(lastLinesMs) }).catch(() => {});
  shared.end();
  // What is logged from here on would be a fault: it comes too late.
  shared.write = () => true;
  await closed;
}
