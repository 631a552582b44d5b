import { readFileSync } from 'node:fs';

/** A process and the one that started it. */
interface Link {
  readonly child: number;
  readonly parent: number;
}

/** Programs that only run a command for somebody: package managers, `sh -c`, the loader of TypeScript. */
const runner = /(?:^|\/)(?:npm|npx|pnpm|pnpx|tsx)(?:[-.][\w.-]*)?$/;

/**
 * Watches the processes that launched this one: its parent and, behind package managers and shells that stand between,
 * what started those. A process that is killed takes nothing with it and tells nobody; only its place shows that it is
 * gone. Where the system does not list processes (`/proc`), only the parent is watched.
 *
 * @param gone - called once, when one of them has ended
 * @param everyMs - time between two looks, in milliseconds
 */
export function watchLaunchers(gone: () => void, everyMs = 500): void {
  const links = launchersOf(process.pid, process.ppid);
  const timer = setInterval(() => {
    if (links.every(({ child, parent }) => parentOf(child) === parent)) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  timer.unref();
}

function launchersOf(child: number, parent: number | undefined): Link[] {
  if (parent === undefined || parent <= 1) return [];
  const link = { child, parent };
  return runsForAnother(parent) ? [link, ...launchersOf(parent, parentOf(parent))] : [link];
}

function runsForAnother(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\u0000');
    if (words[1] === '-c') return true;
    return words.slice(0, 3).some((word) => runner.test(word)) || /^(?:npm|pnpm) /.test(words[0] ?? '');
  } catch {
    return false;
  }
}

function parentOf(pid: number): number | undefined {
  if (pid === process.pid) return process.ppid;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may contain anything; the fields begin after its last parenthesis (proc(5)).
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
