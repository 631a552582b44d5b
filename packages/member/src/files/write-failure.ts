const again = 'It writes the file again by itself; do not restart it before.';

/**
 * What an operator does about a file that could not be written.
 * @param cause - what the write failed of, e.g. `ENOSPC: no space left on device, write`
 */
export function unwrittenRemedy(cause: string): string {
  if (isOfOpenFiles(cause)) return `${openFilesRemedy}. Meanwhile it tries again by itself.`;
  if (cause === lateCause)
    return `Bring the disk of the directory of this server back, or the server of files that it is on: see dmesg, and whether it is frozen (fsfreeze -u ends that). ${again}`;
  if (/\bEROFS\b|read-only/.test(cause))
    return `Mount the file system of the directory of this server so that it can be written to; see dmesg for why it may only be read. ${again}`;
  if (/\bENOENT\b|does not exist/.test(cause)) return folderGoneRemedy;
  return `Make space on the disk of the directory of this server, also for one more file, and let it write there. ${again}`;
}

/** What a write has come to that does not end. */
export const lateCause = 'its disk has not answered for 5 s';

/** What to do where the directory of a server, or what it began with, is gone while it runs. */
export const folderGoneRemedy =
  'Do not restart this server: it goes on with what it has in memory. Put its directory back as it was, from where it was moved to or from a backup; where there is neither, ask an administrator for a token (entente join-token <server> --replace), and start it with that in an empty directory.';

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
