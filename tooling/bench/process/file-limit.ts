import { readFileSync } from 'node:fs';

/** Files that a process has open beside its connections. */
const others = 200;

/**
 * Whether a process may have this many connections open; Node raises its limit to the hard one when it starts.
 *
 * @param limits - `/proc/self/limits` (proc(5))
 * @returns why not; undefined: it may
 */
export function tooFewFiles(
  connections: number,
  limits = readFileSync('/proc/self/limits', 'latin1'),
): string | undefined {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (hard === 'unlimited') return undefined;
  if (hard === undefined) return 'this platform does not tell how many files a process may have open';
  const needed = connections + others;
  return Number(hard) >= needed ? undefined : `ulimit -Hn is ${hard}, and ${needed} are needed`;
}
