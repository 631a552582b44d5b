const again = 'It writes the file again by itself; do not restart it before.';

/**
 * What an operator does about a file that could not be written.
 * @param cause - what the write failed of, e.g. `ENOSPC: no space left on device, write`
 */
export function unwrittenRemedy(cause: string): string {
  if (isOfOpenFiles(cause)) return `${openFilesRemedy}. Meanwhile it tries again by itself.`;
  return `Make space on the disk of the directory of this server, also for one more file, and let it write there. ${again}`;
}

/** What to do where a process has as many files and connections open as it may. */
export const openFilesRemedy =
  'Raise LimitNOFILE in its unit, or ulimit -n, then restart it; look also who opens so many connections to it';

/** Whether something failed because the process, or the system, has no room for one more open file. */
export function isOfOpenFiles(message: string): boolean {
  return /\bE[MN]FILE\b/.test(message);
}

/** A file whose last write has failed. */
export interface Unwritten {
  /** Of the file. */
  readonly path: string;
  /** What the write failed of, e.g. `ENOSPC: no space left on device, write`. */
  readonly cause: string;
}
