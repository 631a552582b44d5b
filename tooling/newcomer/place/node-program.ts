import { tmpdir } from 'node:os';
import { runCommand } from '../../runner/command.ts';

/** A Node on this machine. */
export interface NodeProgram {
  /** E.g. `20.19.5`. */
  readonly version: string;
  /** Absolute path. */
  readonly path: string;
}

/**
 * Finds a Node, by npx where it is another one than this process has.
 *
 * @param version - e.g. `26`; undefined for the one of this process
 * @throws Error where npx gets none
 */
export async function findNode(version: string | undefined): Promise<NodeProgram> {
  const own = { version: process.versions.node, path: process.execPath };
  if (version === undefined || own.version === version || own.version.startsWith(`${version}.`)) return own;
  const script = 'JSON.stringify({ path: process.execPath, version: process.versions.node })';
  const call = ['-y', '-p', `node@${version}`, '--', 'node', '-p', script];
  const { status, stdout, stderr } = await runCommand('npx', call, { cwd: tmpdir() });
  if (status !== 0) throw new Error(`npx gets no Node ${version}: ${(stdout + stderr).trim()}`);
  return JSON.parse(stdout) as NodeProgram;
}
