import { constants, fstatSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { BoundedOutput } from './log/bounded-output.ts';
import { DescriptorOutput } from './log/descriptor-output.ts';

/** Milliseconds that a reader of standard output has to take the last lines. */
const lastLinesMs = 1_000;
let shared: { readonly output: DescriptorOutput; readonly bounded: BoundedOutput } | undefined;
let isEnded = false;

/**
 * Where the lines of every logger of this process go, in the order in which they were logged. They are written by a thread of Node: a
 * reader that has stopped, or a disk that is full, holds up nothing else, and what waits for it is bounded.
 */
export function standardOutput(): BoundedOutput {
  if (shared === undefined) {
    const output = new DescriptorOutput(withoutWaiting(1));
    shared = { output, bounded: new BoundedOutput(output) };
    process.once('exit', () => output.writeNow());
  }
  return shared.bounded;
}

/**
 * A descriptor of a pipe that takes nothing where it is full, in the place of one that holds up a thread of Node until its reader goes on:
 * the end of the process would wait for that thread.
 * @returns the same descriptor where it is not that of a pipe, or the system has no other one for it
 */
function withoutWaiting(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor;
  }
}

/** Code of what the last write of lines failed of, e.g. `ENOSPC`; undefined where it did not. */
export function standardOutputFailure(): string | undefined {
  return shared?.output.failure;
}

/** Writes what is left. What is logged afterwards is lost: call it before the process ends. */
export async function endStandardOutput(): Promise<void> {
  if (shared === undefined || isEnded) return;
  isEnded = true;
  const { bounded, output } = shared;
  bounded.sayLeftOut();
  const late = new AbortController();
  const patience = setTimeout(lastLinesMs, undefined, { signal: late.signal }).catch(() => {});
  await Promise.race([output.still(), patience]);
  late.abort();
}

/** Lines that are not known to be written: a thread that would write them is held up. */
export function leftOfStandardOutput(): string {
  return shared?.output.left ?? '';
}
