import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const shell = '/bin/sh';
/** Reads until the pipe from the server is closed, which the system does when the server is gone, then ends the process. */
const script = `trap '' INT TERM HUP; while read -r _; do :; done; kill -9 "$1"`;

/**
 * Has a process end with this one, also where this one is killed and the other never ends its turn, so that it reads of no closed pipe. A shell
 * waits beside it. Where the system has no `/bin/sh`, only a process that reads its pipe ends.
 * @param pid - of a child of this process
 * @param onLost - called once, where the watch has ended by itself or cannot begin: nothing would end the child then. A child may be able to kill
 *   what waits beside it, as both have the same user
 * @returns ends the watch; to be called when the child has ended, whose number may then be another program's
 */
export function endWithServer(pid: number, onLost: () => void): () => void {
  if (!existsSync(shell)) return () => {};
  const guard: ChildProcess = spawn(shell, ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  let isOver = false;
  const over = (): void => {
    if (!isOver) onLost();
    isOver = true;
  };
  guard.once('exit', over);
  guard.on('error', over);
  guard.stdin?.on('error', () => {});
  guard.unref();
  (guard.stdin as { unref?(): void } | null)?.unref?.();
  return () => {
    isOver = true;
    guard.kill('SIGKILL');
  };
}
