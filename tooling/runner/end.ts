import { constants } from 'node:os';
import { watchLaunchers } from './launchers.ts';

/** Why a launcher has to end before its work is done. */
export type EndCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/**
 * Calls `end` when this process should end with everything it has started: on SIGINT, SIGTERM and SIGHUP; on a reader of
 * its output that has closed the pipe, as `head` does, told as SIGPIPE; and, told as SIGHUP, when the package manager or
 * the process that launched it is gone.
 *
 * @param end - gets the cause; may be called more than once
 */
export function onEnd(end: (cause: EndCause) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code !== 'EPIPE') throw fault;
      end('SIGPIPE');
    });
  }
  watchLaunchers(() => end('SIGHUP'));
}

/** The exit status of a process that ended for this cause, as shells give it. */
export function statusOf(cause: EndCause): number {
  return 128 + constants.signals[cause];
}
