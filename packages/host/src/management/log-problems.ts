import { storageRemedy } from '../fault.ts';
import type { ServerProblem } from '../lifecycle/server-problem.ts';

/**
 * That lines of the log cannot be written now, e.g. because the disk is full on which they are kept, or nobody reads them.
 * @param code - of what the last write failed of; undefined where it did not
 */
export function logProblems(code: string | undefined): readonly ServerProblem[] {
  if (code === undefined) return [];
  const remedy =
    code === 'EPIPE'
      ? 'start what reads standard output of this server; where that was a pipe or a socket of its parent, restart the server with it'
      : (storageRemedy(code) ?? 'see where standard output of this server leads, and correct that');
  const message = `expected standard output to take the lines of the log, found ${code === 'EPIPE' ? 'that its reader has ended' : code}: those that come wait, and beyond 8 MiB they are left out`;
  return [{ part: 'log', message, remedy, stops: false }];
}
