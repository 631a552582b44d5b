import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Problem } from './problem.ts';

interface BiomeReport {
  readonly diagnostics: readonly {
    readonly message: string;
    readonly category: string;
    readonly location?: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

/**
 * Format and lint, by Biome with the settings of the repository.
 *
 * @param root Absolute path of the repository, or of a folder with a biome.json of its own.
 * @param tools Absolute path of the folder with the programs.
 */
export async function checkLint(root: string, tools = join(root, 'node_modules/.bin')): Promise<Problem[]> {
  const args = ['check', '.', '--reporter=json', '--max-diagnostics=1000', '--error-on-warnings'];
  const { status, stdout, stderr } = await runCommand(join(tools, 'biome'), args, { cwd: root });
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) return [{ file: 'biome.json', message: `biome said nothing: ${stderr.trim()}` }];
  const report = JSON.parse(line) as BiomeReport;
  const problems = report.diagnostics.map(({ message, category, location }): Problem => {
    const file = location?.path ?? 'biome.json';
    const at =
      location === undefined || location.start.line === 0 ? { file } : { file, line: location.start.line };
    const remedy = category === 'format' ? ' (pnpm format)' : '';
    return { ...at, message: `${category}: ${message}${remedy}` };
  });
  if (status !== 0 && problems.length === 0)
    return [{ file: 'biome.json', message: stderr.trim() || 'biome failed' }];
  return problems;
}
