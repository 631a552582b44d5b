import { once } from 'node:events';
import { pino } from 'pino';
import { BoundedOutput } from './log/bounded-output.ts';

type Output = ReturnType<typeof pino.destination>;

/** Milliseconds that a reader of standard output has to take the last lines. */
const lastLinesMs = 1_000;
let shared: { readonly output: Output; readonly bounded: BoundedOutput } | undefined;
let isEnded = false;

/**
 * Where the lines of every logger of this process go, in the order in which they were logged. They are written by a thread of Node: a
 * reader that has stopped holds up nothing else, and what waits for it is bounded.
 */
export function standardOutput(): BoundedOutput {
  if (shared === undefined) {
    const output = pino.destination(1);
    shared = { output, bounded: new BoundedOutput(output) };
  }
  return shared.bounded;
}

/** Writes what is left. What is logged afterwards is lost: call it before the process ends. */
export async function endStandardOutput(): Promise<void> {
  if (shared === undefined || isEnded) return;
  isEnded = true;
  const { bounded, output } = shared;
  bounded.sayLeftOut();
  // After EPIPE it does not close any more: nobody reads.
  const closed = once(output, 'close', { signal: AbortSignal.timeout(lastLinesMs) }).catch(() => {});
  output.end();
  // What is logged from here on would be a fault: it comes too late.
  output.write = () => true;
  await closed;
}
