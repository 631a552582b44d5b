import { unwatchFile, watchFile } from 'node:fs';

/**
 * Watches files by polling their times: that also sees a file replaced by rename, on every file system.
 *
 * @param paths - files to watch
 * @param changed - called once per poll in which one of them changed
 * @param intervalMs - milliseconds between polls
 * @returns stops it
 */
export function watchFiles(paths: readonly string[], changed: () => void, intervalMs = 1_000): () => void {
  const listener = (now: { mtimeMs: number; ino: number; size: number }, before: typeof now) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval: intervalMs, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
