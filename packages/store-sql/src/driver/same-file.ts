import { statSync } from 'node:fs';

/** What a path leads to, where a file that was opened there should be. */
export type FileInPlace = 'same' | 'none' | 'other';

/**
 * Notes which file has a path, without opening it.
 * @param path - of a file that is open
 * @returns what the path leads to now; by the device and the number of the file, which a deleted or moved one takes with it
 */
export function sameFile(path: string): () => FileInPlace {
  const find = () => statSync(path, { bigint: true, throwIfNoEntry: false });
  const opened = find();
  return () => {
    let now: typeof opened;
    try {
      now = find();
    } catch (error) {
      // A folder that may not be entered says nothing of what is in it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return 'same';
    }
    if (now === undefined) return 'none';
    return now.dev === opened?.dev && now.ino === opened.ino ? 'same' : 'other';
  };
}
