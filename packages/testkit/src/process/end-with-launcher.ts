import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

/** What must not outlive this process: child processes, and folders that they write to. */
const children = new Set<ChildProcess>();
const folders = new Set<string>();

/**
 * However this process exits by itself — `process.exit`, an error that nobody caught — its children are killed and its
 * folders removed. Where it is killed it can do nothing: its children notice that their standard input has ended.
 */
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) removeNow(folder);
});

/** A child that was just killed may still be ending a write, into a folder whose content has been listed already. */
function removeNow(folder: string): void {
  for (let attempt = 0; attempt < attempts && existsSync(folder); attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
}

const attempts = 100;
const pauseMs = 20;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Has a child process end with this one.
 *
 * @param child - a process that was just started
 * @returns the same process
 */
export function endWithLauncher<T extends ChildProcess>(child: T): T {
  children.add(child);
  child.once('exit', () => void children.delete(child));
  return child;
}

/**
 * Has a temporary folder removed when this process ends, unless it is removed earlier.
 *
 * @param folder - absolute path
 * @returns takes the folder off the list, once it has been removed
 */
export function removeWithLauncher(folder: string): () => void {
  folders.add(folder);
  return () => void folders.delete(folder);
}
