/** What an operator does about a file that could not be written. */
export const unwrittenRemedy =
  'Make space on the disk of the directory of this server, and let it write there. It writes the file again by itself; do not restart it before.';

/** A file whose last write has failed. */
export interface Unwritten {
  /** Of the file. */
  readonly path: string;
  /** What the write failed of, e.g. `ENOSPC: no space left on device, write`. */
  readonly cause: string;
}
