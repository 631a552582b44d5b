import { posix } from 'node:path';
import type { Problem } from './problem.ts';
import { circlesOf } from './source/circles.ts';
import { importsOf } from './source/imports.ts';
import { entryFiles, readSources } from './source/source-file.ts';

/** The imports between the things that stand in one folder: from, to, and the first file and import that shows it. */
type Level = Map<string, Map<string, string>>;

/**
 * No circle of folders inside a package: below a package's `src`, the things that stand in one folder import each other
 * in one direction only.
 *
 * What counts as a thing:
 * - a subfolder, with everything below it;
 * - the other files of a folder, together: if they import a subfolder, nothing in that subfolder imports them;
 * - in `src` itself each file for itself, so that a value at the bottom and a service at the top may both stand there. A
 *   file in `src` that a folder imports must then not import that folder, not even through others;
 * - an entry point (package.json, `exports`) for itself, wherever it stands: it lists what its folder offers, and nothing
 *   below needs it.
 *
 * Type-only imports count, imports by tests do not: nothing imports a test.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 */
export function checkFolders(root: string, sources = readSources(root)): Problem[] {
  const problems: Problem[] = [];
  for (const [folder, level] of levelsOf(root, sources)) {
    const graph = new Map([...level].map(([from, targets]) => [from, [...targets.keys()]]));
    for (const members of circlesOf(graph)) {
      problems.push({ file: folder, message: describeCircle(level, members.sort()) });
    }
  }
  return problems;
}

/** The imports inside each package, each at the deepest folder that holds both files. */
function levelsOf(root: string, sources: ReturnType<typeof readSources>): Map<string, Level> {
  const entries = new Set(entryFiles(root).values());
  const paths = new Set(sources.map((file) => file.path));
  const levels = new Map<string, Level>();
  for (const { path, ...file } of sources) {
    const src = `${file.home}/src`;
    if (file.room === undefined || file.test || !path.startsWith(`${src}/`)) continue;
    for (const { specifier } of importsOf({ path, ...file })) {
      const target = posix.join(posix.dirname(path), specifier);
      if (!specifier.startsWith('.') || !paths.has(target) || !target.startsWith(`${src}/`)) continue;
      const folder = sharedFolder(path, target);
      const from = thingOf(path, folder, src, entries);
      const to = thingOf(target, folder, src, entries);
      if (from === to) continue;
      const level = levels.get(folder) ?? new Map<string, Map<string, string>>();
      const targets = level.get(from) ?? new Map<string, string>();
      if (!targets.has(to)) targets.set(to, `${path.slice(src.length + 1)} imports ${specifier}`);
      levels.set(folder, level.set(from, targets));
    }
  }
  return levels;
}

function sharedFolder(one: string, other: string): string {
  const a = posix.dirname(one).split('/');
  const b = posix.dirname(other).split('/');
  const end = a.findIndex((part, index) => part !== b[index]);
  return (end < 0 ? a : a.slice(0, end)).join('/');
}

function thingOf(path: string, folder: string, src: string, entries: ReadonlySet<string>): string {
  const [first = '', ...below] = path.slice(folder.length + 1).split('/');
  if (below.length > 0) return `${first}/`;
  return folder === src || entries.has(path) ? first : 'its own files';
}

/** The shortest circle through the first of the things, with an import for each step. */
function describeCircle(level: Level, members: readonly string[]): string {
  const [start = ''] = members;
  const reached = new Map<string, string>();
  const queue = [start];
  for (const from of queue) {
    for (const to of level.get(from)?.keys() ?? []) {
      if (!members.includes(to) || reached.has(to)) continue;
      reached.set(to, from);
      queue.push(to);
    }
  }
  const circle = [start];
  for (let at = reached.get(start); at !== undefined && at !== start; at = reached.get(at))
    circle.unshift(at);
  circle.unshift(start);
  const steps = circle.slice(1).map((to, index) => level.get(circle[index] as string)?.get(to));
  return `folders import each other in a circle: ${circle.join(' → ')} (${steps.join(', ')})`;
}
