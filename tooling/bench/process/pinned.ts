import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

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
 * @param pid - the process
 * @param core - the core it stays on from now on
 */
export function moveTo(pid: number, core: number): void {
  const [program, ...flags] = pinTo(core);
  if (program !== undefined) spawnSync(program, ['-a', '-p', ...flags, String(pid)]);
}
