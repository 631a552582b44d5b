import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitDeclarations } from '../api/declarations.ts';
import { entryPoints } from '../api/entry-points.ts';
import { Modules } from '../api/modules.ts';
import { renderReport, reportPath } from '../api/report.ts';
import { type Surface, surfacesOf } from '../api/surface.ts';
import type { Problem } from './problem.ts';
import { isSummarised } from './source/doc-comment.ts';
import { readRooms } from './source/source-file.ts';

const rewrite = 'look at what changed for those who use it, then pnpm check api --write';

/**
 * What each entry point shows is what its report says (`api/` of its package): a change of it is seen in the change itself.
 * And each declaration that it shows has a summary, also one that is not exported and that an export names.
 *
 * @param root - absolute path of the repository
 * @param writes - whether the reports are written, instead of compared
 */
export async function checkApi(root: string, writes = false): Promise<Problem[]> {
  const entries = entryPoints(root);
  const modules = new Modules(await emitDeclarations(root), entries);
  const surfaces = surfacesOf(entries, modules);
  const reports = new Map(surfaces.map((surface) => [reportPath(surface.entry), renderReport(surface)]));
  const kept = keptReports(root);
  if (writes) {
    for (const path of kept) if (!reports.has(path)) rmSync(join(root, path));
    for (const [path, text] of reports) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return undocumented(surfaces);
  }
  const problems = undocumented(surfaces);
  for (const [file, text] of reports) {
    const line = existsSync(join(root, file))
      ? firstDifference(readFileSync(join(root, file), 'utf8'), text)
      : { at: 1, was: undefined, is: text.split('\n')[0] };
    if (line !== undefined) problems.push({ file, line: line.at, message: `${sentence(line)}; ${rewrite}` });
  }
  for (const file of kept)
    if (!reports.has(file)) problems.push({ file, message: `no entry point has this report; ${rewrite}` });
  return problems;
}

function undocumented(surfaces: readonly Surface[]): Problem[] {
  const messages = new Map<string, Problem>();
  for (const { entry, exports, inner } of surfaces) {
    for (const { file, name, nodes } of [...exports, ...inner]) {
      if (nodes.some(isSummarised)) continue;
      const message = `${name} is shown by ${entry.specifier} and has no summary`;
      messages.set(`${file} ${name}`, messages.get(`${file} ${name}`) ?? { file, message });
    }
  }
  return [...messages.values()];
}

interface Difference {
  readonly at: number;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

function firstDifference(kept: string, text: string): Difference | undefined {
  if (kept === text) return undefined;
  const [was, is] = [kept.split('\n'), text.split('\n')];
  const index = is.findIndex((line, at) => line !== was[at]);
  const at = index === -1 ? is.length : index;
  return { at: at + 1, was: was[at], is: is[at] };
}

function sentence({ is, was }: Difference): string {
  const shown = (line: string | undefined): string =>
    line === undefined ? 'nothing' : JSON.stringify(line.trim());
  return `the report says ${shown(was)}, the sources say ${shown(is)}`;
}

function keptReports(root: string): string[] {
  return readRooms(root).flatMap(({ home }) => {
    const folder = join(root, home, 'api');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.api.md'))
      .sort()
      .map((name) => `${home}/api/${name}`);
  });
}
