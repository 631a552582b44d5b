import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time of the main thread, milliseconds: for that long nobody else is served. What the compiler and the collector do
 * beside it, and other processes in between, is not its. Where Linux does not tell it: that of the whole process.
 */
export function threadMs(): number {
  try {
    return ofTask(process.pid, String(process.pid)) / 1e6;
  } catch {
    return cpuMicros() / 1_000;
  }
}

/** Processor time of this process over all its threads, microseconds. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Processor time that another process and the children that it has now have used, over all threads that they have, in microseconds: as the
 * scheduler counts it, which is finer than the hundredths of a second of `/proc/<pid>/stat`.
 *
 * @returns undefined where the platform does not tell
 */
export function processorMicros(pid: number): number | undefined {
  try {
    let nanoseconds = 0;
    for (const one of withChildren(pid))
      for (const task of readdirSync(`/proc/${one}/task`)) nanoseconds += ofTask(one, task);
    return nanoseconds / 1e3;
  } catch {
    return undefined;
  }
}

/** A process, and the children that it has now. */
function withChildren(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return [pid, ...children.split(' ').flatMap((text) => (text === '' ? [] : [Number(text)]))];
  } catch {
    return [pid];
  }
}

/** Nanoseconds of a thread (proc(5), `schedstat`). */
function ofTask(pid: number, task: string): number {
  return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]);
}
