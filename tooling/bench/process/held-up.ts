import { readFileSync } from 'node:fs';

/** Milliseconds in a tick of `/proc/stat` (proc(5), USER_HZ). */
const tickMs = 10;

/**
 * For how long the main thread of a process has been ready to run and did not: other programs had its core, or other machines the processor
 * below it. Two readings say how much of the time between them a server was not given.
 *
 * @param pid - of the process
 * @param core - that it stays on
 * @returns milliseconds since it began; undefined where the platform does not tell
 */
export function heldUpMs(pid: number, core: number): number | undefined {
  try {
    const schedule = readFileSync(`/proc/${pid}/schedstat`, 'latin1');
    return waitedMs(schedule) + stolenMs(readFileSync('/proc/stat', 'latin1'), core);
  } catch {
    return undefined;
  }
}

/** @param schedule - a text of `/proc/<pid>/schedstat`: nanoseconds on the processor, nanoseconds of waiting for it, and turns */
export function waitedMs(schedule: string): number {
  return Number(schedule.split(' ')[1]) / 1e6;
}

/** @param stat - a text of `/proc/stat`, whose lines of cores have what was stolen as the eighth figure */
export function stolenMs(stat: string, core: number): number {
  const line = stat.split('\n').find((text) => text.startsWith(`cpu${core} `));
  return Number(line?.split(' ')[8] ?? 0) * tickMs;
}
