import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The cores of a measurement: the server has one to itself, the generator another. */
export const cores = { server: 0, generator: 1 } as const;

/**
 * What to put before a command so that it stays on one core; nothing where the platform has no `taskset` or only one
 * core.
 */
export function pinTo(core: number): string[] {
  if (cpus().length < 2 || spawnSync('taskset', ['--version']).status !== 0) return [];
  return ['taskset', '-c', String(core)];
}

/**
 * Moves a process to another core, with all its threads.
 *
 * @param pid The process.
 * @param core The core it stays on from now on.
 */
export function moveTo(pid: number, core: number): void {
  const [program, ...flags] = pinTo(core);
  if (program !== undefined) spawnSync(program, ['-a', '-p', ...flags, String(pid)]);
}

/**
 * Starts a TypeScript file of this folder as a process of its own that we can send messages to.
 *
 * @param file URL of the file.
 * @param core The core it stays on.
 */
export function startPinned(file: URL, core: number): ChildProcess {
  const node = [process.execPath, '--conditions=@entente/source', '--import', 'tsx', fileURLToPath(file)];
  const [program, ...args] = [...pinTo(core), ...node] as [string, ...string[]];
  return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/**
 * As `startPinned`, for a file that was built.
 *
 * @param file Its path.
 * @param flags For Node.
 * @param stderr What happens to its standard error.
 */
export function startPinnedBuilt(
  file: string,
  core: number,
  flags: readonly string[] = [],
  stderr: 'inherit' | 'ignore' = 'inherit',
): ChildProcess {
  const line: readonly string[] = [...pinTo(core), process.execPath, ...flags, file];
  const [program, ...args] = line as [string, ...string[]];
  return spawn(program, args, { stdio: ['ignore', 'inherit', stderr, 'ipc'] });
}

/** The next message of a process. Rejects when it ends first. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the process ended with status ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.removeListener('exit', ended);
      resolve(message as T);
    });
  });
}

/**
 * Processor time that a process and the children that it has now have used, over all their threads, in microseconds.
 *
 * @returns undefined where the platform does not tell.
 */
export function processorMicros(pid: number): number | undefined {
  let sum = 0;
  for (const one of withChildren(pid)) {
    const micros = ownMicros(one);
    if (micros === undefined) return undefined;
    sum += micros;
  }
  return sum;
}

/** A process, and the children that it has now. */
export function withChildren(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return [pid, ...children.split(' ').flatMap((text) => (text === '' ? [] : [Number(text)]))];
  } catch {
    return [pid];
  }
}

function ownMicros(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name may contain anything; the fields begin after its last parenthesis (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return ticks * 10_000;
  } catch {
    return undefined;
  }
}
