import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitDeclarations } from '../api/declarations.ts';
import { allEntryPoints } from '../api/entry-points.ts';
import { type Declared, Modules, namesOf } from '../api/modules.ts';
import { renderReport, reportPath } from '../api/report.ts';
import { type Surface, surfacesOf } from '../api/surface.ts';
import type { Problem } from './problem.ts';
import { docCommentOf, isSummarised } from './source/doc-comment.ts';
import { interfacesOf, membersOf } from './source/members.ts';
import { lineOf, readRooms, readSources, type SourceFile } from './source/source-file.ts';

const rewrite = 'look at what changed for those who use it, then pnpm check api --write';

/**
 * What each entry point shows is what its report says (`api/` of its package): a change of it is seen in the change itself.
 * And each declaration that it shows has a summary, also one that is not exported and that an export names; something is said of each member
 * of an export. An entry point that is not published has no report.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 * @param writes - whether the reports are written, instead of compared
 */
export async function checkApi(
  root: string,
  sources = readSources(root),
  writes = false,
): Promise<Problem[]> {
  const entries = allEntryPoints(root);
  const published = entries.filter((entry) => entry.published);
  const declarations = await emitDeclarations(root);
  const modules = new Modules(declarations, published);
  const surfaces = surfacesOf(published, modules);
  const all = new Modules(declarations, entries);
  const others = surfacesOf(
    entries.filter((entry) => !entry.published),
    all,
  );
  const problems = undocumented(
    [...surfaces, ...others.map((surface) => ({ ...surface, inner: [] }))],
    all,
    new Map(sources.map((file) => [file.path, file])),
  );
  const reports = new Map(surfaces.map((surface) => [reportPath(surface.entry), renderReport(surface)]));
  const kept = keptReports(root);
  if (writes) {
    for (const path of kept) if (!reports.has(path)) rmSync(join(root, path));
    for (const [path, text] of reports) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return problems;
  }
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

function undocumented(
  surfaces: readonly Surface[],
  modules: Modules,
  sources: ReadonlyMap<string, SourceFile>,
): Problem[] {
  const problems = new Map<string, Problem>();
  const say = (at: Omit<Problem, 'message'>, name: string, message: string): void => {
    const key = `${at.file} ${name}`;
    if (!problems.has(key)) problems.set(key, { ...at, message });
  };
  for (const { entry, exports, inner } of surfaces) {
    for (const { file, name, nodes } of [...exports, ...inner])
      if (!nodes.some(isSummarised))
        say({ file }, name, `${name} is shown by ${entry.specifier} and has no summary`);
    for (const declared of exports) {
      const { file, name } = declared;
      const source = sources.get(file);
      const node = source?.tree.statements.find((statement) => namesOf(statement).includes(name));
      if (source === undefined || node === undefined) continue;
      const promised = membersOfInterfaces(declared, modules);
      for (const member of membersOf(node)) {
        if (promised.has(member.name) || docCommentOf(member.node) !== undefined) continue;
        const full = `${name}.${member.name}`;
        const at = { file, line: lineOf(source, member.node) };
        say(at, full, `${full} is of a type that ${entry.specifier} exports, and nothing is said of it`);
      }
    }
  }
  return [...problems.values()];
}

/** Members of interfaces that a class implements: an editor shows their comments there. */
function membersOfInterfaces({ file, nodes }: Declared, modules: Modules): ReadonlySet<string> {
  const interfaces = nodes
    .flatMap((node) => [...interfacesOf(node)])
    .map((name) => modules.resolve(file, name));
  return new Set(
    interfaces.flatMap((one) =>
      one !== undefined && 'nodes' in one
        ? one.nodes.flatMap((node) => membersOf(node).map(({ name }) => name))
        : [],
    ),
  );
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
