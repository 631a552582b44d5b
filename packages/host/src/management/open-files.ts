import { closeSync, openSync, readFileSync } from 'node:fs';
import type { ServerProblem } from '../lifecycle/server-problem.ts';

/** Open files of a process at least, connections among them, and how many it may have. */
export interface OpenFiles {
  /** Infinity where not even they can be counted, because none more may be opened. */
  readonly open: number;
  readonly most: number;
}

/** From this share on it is a problem: beyond the whole a connection is closed as it comes, and nobody can see why. */
const enough = 0.9;

/**
 * Counts the open files of this process. The kernel gives a file that is opened the lowest number that is free (POSIX, open): all below it are open,
 * and to know that takes as long with ten thousand connections as with none.
 * @returns undefined where the kernel does not say, or sets no limit: on Linux alone it does
 */
export function countOpenFiles(): OpenFiles | undefined {
  let file: number | undefined;
  try {
    file = openSync('/proc/self/limits', 'r');
    const most = Number(/^Max open files +(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]);
    return Number.isNaN(most) ? undefined : { open: file, most };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EMFILE' || code === 'ENFILE' ? { open: Number.POSITIVE_INFINITY, most: 0 } : undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * That a process has nearly all open files that it may have: new connections, those to its health among them, are closed as they come then.
 * @param counted - open files; undefined where they are not known
 */
export function openFilesProblems(counted: OpenFiles | undefined): readonly ServerProblem[] {
  if (counted === undefined || counted.open < counted.most * enough) return [];
  const { most, open } = counted;
  const found = Number.isFinite(open) ? `${open} of ${most}` : 'that none more can be opened';
  return [
    {
      part: 'open-files',
      message: `expected a process that may open further files and connections, found ${found}: new connections are closed as they come, or soon will be`,
      remedy:
        'Raise LimitNOFILE in its unit, or ulimit -n, then restart it; look also who opens so many connections to it',
      stops: false,
    },
  ];
}
