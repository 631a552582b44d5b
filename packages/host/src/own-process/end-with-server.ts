import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const shell = '/bin/sh';
/**
 * Reads until the pipe from the server is closed, which the system does when the server is gone, then ends the group of the process, and the
 * process where it has left that.
 */
const script = `trap '' INT TERM HUP; while read -r _; do :; done; kill -9 "-$1"; kill -9 "$1"`;

/** What waits beside a process to end it. */
export interface Guard {
  /** Whether it is stopped, and would end nothing; false where the system does not tell. */
  readonly isStopped: boolean;
  /** Ends the watch; to be called when the process has ended, whose number may then be another program's. */
  forget(): void;
}

const none: Guard = { isStopped: false, forget() {} };

/**
 * Has a process end with this one, and all of its process group, also where this one is killed and the other never ends its turn, so that it reads
 * of no closed pipe. A shell waits beside it, in a group of its own: who kills that of the server does not kill the guard. Where the system has no
 * `/bin/sh`, only a process that reads its pipe ends.
 * @param pid - of a child of this process
 * @param onLost - called once, where the watch has ended by itself or cannot begin: nothing would end the child then. A child may be able to kill
 *   what waits beside it, as both have the same user
 */
export function endWithServer(pid: number, onLost: () => void): Guard {
  if (!existsSync(shell)) return none;
  try {
    return startGuard(pid, onLost);
  } catch {
    // No memory, or no more files: some of what fails is thrown, and not announced.
    queueMicrotask(onLost);
    return none;
  }
}

function startGuard(pid: number, onLost: () => void): Guard {
  const guard: ChildProcess = spawn(shell, ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
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
  return {
    get isStopped() {
      return !isOver && isStopped(guard.pid);
    },
    forget() {
      isOver = true;
      guard.kill('SIGKILL');
    },
  };
}

/** Whether a process is stopped by a signal or by a debugger (proc_pid_stat(5)). */
function isStopped(pid: number | undefined): boolean {
  try {
    return /\) [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
