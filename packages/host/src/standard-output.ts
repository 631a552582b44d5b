import { setTimeout } from 'node:timers/promises';
import { storageRemedy } from './fault.ts';
import type { ServerProblem } from './lifecycle/server-problem.ts';
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
    const output = new DescriptorOutput(1);
    shared = { output, bounded: new BoundedOutput(output) };
    process.once('exit', () => output.writeNow());
  }
  return shared.bounded;
}

/** That lines cannot be written now, e.g. because the disk is full on which the log is kept. */
export function standardOutputProblems(): readonly ServerProblem[] {
  const code = shared?.output.failure;
  if (code === undefined) return [];
  const remedy = storageRemedy(code) ?? 'see where standard output of this server leads, and correct that';
  return [
    {
      part: 'log',
      message: `expected standard output to take the lines of the log, found ${code}: those that come wait, and more than 8 MiB are left out`,
      remedy,
      stops: false,
    },
  ];
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
