import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Problem } from './problem.ts';

interface KnipReport {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<string, unknown>>)[];
}

interface KnipItem {
  readonly name?: string;
  readonly line?: number;
}

/**
 * Nothing unused: files, exports and dependencies, by knip with the knip.json of the repository.
 *
 * @param root Absolute path of the repository, or of a folder with a package.json of its own.
 * @param tools Absolute path of the folder with the programs.
 */
export async function checkUnused(root: string, tools = join(root, 'node_modules/.bin')): Promise<Problem[]> {
  // What it has read of files that have not changed is kept.
  const kept = ['--cache', '--cache-location', '.cache/knip'];
  const args = ['--reporter', 'json', '--no-progress', ...kept];
  const { status, stdout, stderr } = await runCommand(join(tools, 'knip'), args, { cwd: root });
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined)
    return [{ file: 'knip.json', message: `knip failed: ${(stderr || stdout).trim()}` }];
  const problems: Problem[] = [];
  for (const { file, ...kinds } of (JSON.parse(line) as KnipReport).issues) {
    for (const [kind, items] of Object.entries(kinds)) {
      if (!Array.isArray(items)) continue;
      for (const item of items.flat() as KnipItem[]) {
        const at = item.line === undefined ? { file } : { file, line: item.line };
        problems.push({ ...at, message: `${words[kind] ?? kind}: ${item.name ?? ''}` });
      }
    }
  }
  if (status !== 0 && problems.length === 0)
    problems.push({ file: 'knip.json', message: stderr.trim() || 'knip failed' });
  return problems;
}

const words: Readonly<Record<string, string>> = {
  files: 'no entry point reaches this file',
  dependencies: 'dependency that nothing imports',
  devDependencies: 'development dependency that nothing imports',
  unlisted: 'imported, but not listed in package.json',
  unresolved: 'imported, but not found',
  exports: 'export that nothing imports',
  types: 'exported type that nothing imports',
  duplicates: 'exported twice',
  binaries: 'program that no dependency brings',
};
