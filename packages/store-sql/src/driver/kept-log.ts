import { type FileInPlace, sameFile } from './same-file.ts';

/**
 * Keeps the write-ahead log of an open database where the next run finds it. SQLite writes on to one that was deleted or replaced, and reports no error:
 * all that is not yet copied into the database would be gone with the process, and what was recorded before it would be there alone.
 * @param place - the database
 * @param inPlace - whether its file is where it was opened
 * @param beginAgain - copies the log that is open into the database, and begins another one; throws where the disk takes none
 * @returns looks whether the log is in its place, and begins another one where it is not
 */
export function keptLog(place: string, inPlace: () => FileInPlace, beginAgain: () => void): () => void {
  const path = `${place}-wal`;
  let logInPlace = sameFile(path);
  return () => {
    // Beside another database, or none, the log is not ours to begin.
    if (logInPlace() === 'same' || inPlace() !== 'same') return;
    beginAgain();
    logInPlace = sameFile(path);
  };
}
