import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time of the main thread, milliseconds: for that long nobody else is served. What the compiler and the collector do
 * beside it, and other processes in between, is not its. Where Linux does not tell it: that of the whole process.
 */
export function threadMs(): number {
  try {
    const [onProcessor] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ');
    return Number(onProcessor) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

/**
 * Processor time of another process over all threads that it has, milliseconds: as the scheduler counts it, which is finer than the hundredths
 * of a second of `/proc/<pid>/stat`.
 *
 * @param pid The process.
 * @throws Error where Linux does not tell it.
 */
export function processMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  let sum = 0;
  for (const task of readdirSync(folder)) {
    const [onProcessor] = readFileSync(`${folder}/${task}/schedstat`, 'latin1').split(' ');
    sum += Number(onProcessor);
  }
  return sum / 1e6;
}
