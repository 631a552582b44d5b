import { open, readFile, rm } from 'node:fs/promises';
import { PkiFault } from '../ground/fault.ts';

/** Locks of this process: after a crash in a container the next process may have the same process id. */
const ownLocks = new Set<string>();

/**
 * Excludes other processes by a file with the id of this process. The lock of a process that no longer runs is replaced.
 * @param path - the lock file
 * @returns releases the lock
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED`
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(`${process.pid}\n`);
      await file.close();
      ownLocks.add(path);
      return async () => {
        if (ownLocks.delete(path)) await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = await holderOf(path);
      if (attempt > 0 || isHeld(path, holder)) {
        throw new PkiFault('ENTENTE_PKI_LEDGER_LOCKED', {
          sentence: `process ${holder} has the file open, and only one process may open it at a time`,
          place: path,
          remedy: 'stop that process first; if it does not exist, delete the lock file',
          cause: error,
        });
      }
      await rm(path, { force: true });
    }
  }
}

async function holderOf(path: string): Promise<number> {
  try {
    return Number.parseInt(await readFile(path, 'utf8'), 10);
  } catch {
    return Number.NaN;
  }
}

function isHeld(path: string, pid: number): boolean {
  // An unreadable lock may be one that is being written: it counts as held.
  if (!Number.isSafeInteger(pid) || pid <= 0) return true;
  if (pid === process.pid) return ownLocks.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
