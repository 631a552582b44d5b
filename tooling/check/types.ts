import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Problem } from './problem.ts';

/**
 * One type check of everything, from source.
 *
 * @param root Absolute path of the repository, or of a folder with a tsconfig.json of its own.
 * @param tools Absolute path of the folder with the programs.
 */
export async function checkTypes(root: string, tools = join(root, 'node_modules/.bin')): Promise<Problem[]> {
  // What has not changed since the last run is not checked again.
  const kept = ['--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo'];
  const args = ['-p', 'tsconfig.json', '--pretty', 'false', ...kept];
  const { status, stdout, stderr } = await runCommand(join(tools, 'tsc'), args, { cwd: root });
  const problems: Problem[] = [];
  for (const line of stdout.split('\n')) {
    const match = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line);
    if (match !== null)
      problems.push({ file: match[1] ?? '', line: Number(match[2]), message: match[3] ?? '' });
  }
  if (status !== 0 && problems.length === 0) {
    problems.push({
      file: 'tsconfig.json',
      message: (stdout + stderr).trim() || `tsc ended with status ${status}`,
    });
  }
  return problems;
}
