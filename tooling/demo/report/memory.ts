import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AppProcess } from '@entente/testkit';

const run = promisify(execFile);

/**
 * Resident memory of processes, MiB: what they share counts for each of them.
 * @param processes - those that have ended count nothing
 */
export async function memoryOf(processes: readonly AppProcess[]): Promise<number> {
  const pids = processes.map(({ pid }) => pid).join(',');
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', pids]);
  const kibibytes = stdout.split('\n').reduce((sum, line) => sum + Number(line), 0);
  return Math.round(kibibytes / 1_024);
}
