import { readFileSync } from 'node:fs';

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
