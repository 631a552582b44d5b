import { posix } from 'node:path';
import ts from 'typescript';
import { floorOf, floors, testOnlyRoom } from './house.ts';
import type { Problem } from './problem.ts';
import { type Import, importsOf } from './source/imports.ts';
import { entryFiles, type Room, readRooms, readSources, type SourceFile } from './source/source-file.ts';

const scope = '@entente/';

/**
 * The floors: imports point down only, rooms on one floor do not import each other, nobody names the test-only room,
 * `internal/` stays inside, an entry point has no star and no default export.
 *
 * @param root Absolute path of the repository.
 * @param sources What was read of it, where it was read already.
 */
export function checkFloors(root: string, sources = readSources(root)): Problem[] {
  const rooms = readRooms(root);
  const byName = new Map(rooms.map((room) => [room.name, room]));
  const problems = rooms.flatMap((room) => checkManifest(room));
  const entries = new Set(entryFiles(root).values());
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const named = new Map(rooms.map((room) => [room.home, new Set<string>()]));
  for (const file of sources) {
    if (file.room === undefined) continue;
    for (const { specifier } of importsOf(file)) {
      named.get(file.home)?.add(specifier.split('/').slice(0, 2).join('/'));
    }
    if (entries.has(file.path)) problems.push(...checkEntry(file, byPath));
    for (const one of importsOf(file)) {
      const message = judgeImport(file, one, byName);
      if (message !== undefined) problems.push({ file: file.path, line: one.line, message });
    }
  }
  for (const { home, manifest } of rooms) {
    for (const dependency of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      if (!dependency.startsWith(scope) || named.get(home)?.has(dependency)) continue;
      problems.push({
        file: `${home}/package.json`,
        message: `depends on ${dependency}, which it never imports`,
      });
    }
  }
  return problems;
}

function judgeImport(file: SourceFile, named: Import, rooms: ReadonlyMap<string, Room>): string | undefined {
  const { specifier } = named;
  const outside = judgePath(file, specifier);
  if (outside !== undefined) return outside;
  if (!specifier.startsWith(scope)) return undefined;
  const [, target = '', ...rest] = specifier.split('/');
  const own = file.room as string;
  if (target !== own) {
    const message = judgeRooms(own, target, file.test || own === testOnlyRoom);
    if (message !== undefined) return message;
  }
  const entry = rest.length === 0 ? '.' : `./${rest.join('/')}`;
  const room = rooms.get(target);
  if (room === undefined) return `imports ${specifier}, but there is no package of that name`;
  if (room.manifest.exports?.[entry] === undefined) {
    return `imports ${specifier}, which ${target} does not export; use one of its entry points`;
  }
  return undefined;
}

/** A path that leaves the package reaches past its neighbour's entry points. */
function judgePath(file: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith('/') || specifier.startsWith('file:')) {
    return `imports "${specifier}" by absolute path; import a package by its name`;
  }
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target.startsWith(`${file.home}/`)) return undefined;
  // A package's build settings are shared from tooling; nothing that ships may reach there.
  if (target.startsWith('tooling/build/') && file.path === `${file.home}/tsup.config.ts`) return undefined;
  return `imports "${specifier}", which lies outside ${file.home}; import a package by its name`;
}

/** May `own` import `target`? The sentence that says why not. */
function judgeRooms(own: string, target: string, fromTest: boolean): string | undefined {
  if (target === testOnlyRoom) {
    return fromTest ? undefined : `${own} names ${testOnlyRoom}, which only tests and tooling may import`;
  }
  if (own === testOnlyRoom) return undefined;
  const from = floorOf(own);
  const to = floorOf(target);
  // A room without a floor is reported once, at its package.json.
  if (from === undefined || to === undefined || to < from) return undefined;
  const how = to === from ? 'beside it on the same floor' : 'above it';
  return `${own} (floor ${from}) imports ${target} (floor ${to}), ${how}; imports point down only`;
}

function checkManifest(room: Room): Problem[] {
  const file = `${room.home}/package.json`;
  const problems: Problem[] = [];
  const { manifest, name } = room;
  const known = floors.some((floor) => floor.includes(name)) || name === testOnlyRoom;
  if (!known)
    problems.push({ file, message: `${name} stands on no floor; give it one in tooling/check/house.ts` });
  if (manifest.name !== scope + name) {
    problems.push({ file, message: `is called ${manifest.name}; the folder says ${scope}${name}` });
  }
  const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const;
  for (const group of groups) {
    for (const dependency of Object.keys(manifest[group] ?? {})) {
      if (!dependency.startsWith(scope) || !known) continue;
      // Not even as a development dependency: the test-only room depends on everything, so it would close a cycle.
      const message = judgeRooms(name, dependency.slice(scope.length), name === testOnlyRoom);
      if (message !== undefined) problems.push({ file, message: `${group}: ${message}` });
    }
  }
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    if (`${entry} ${JSON.stringify(target)}`.includes('internal/')) {
      problems.push({ file, message: `exports "${entry}" from internal/; internal/ is never exported` });
    }
    if (entry.includes('*'))
      problems.push({ file, message: `exports the pattern "${entry}"; name each entry point` });
  }
  return problems;
}

/** An entry point says by name what it offers; of a long list a part may stand in a file that is nothing but a list. */
function checkEntry(file: SourceFile, files: ReadonlyMap<string, SourceFile>): Problem[] {
  const problems: Problem[] = [];
  for (const named of importsOf(file)) {
    if (!named.reexport) continue;
    const at = { file: file.path, line: named.line };
    const text = named.node.getText(file.tree);
    const target = files.get(posix.join(posix.dirname(file.path), named.specifier));
    if (/^export\s+(type\s+)?\*/.test(text) && !(target !== undefined && isList(target))) {
      problems.push({ ...at, message: 'has a star export; an entry point names what it exports' });
    }
    if (named.specifier.split('/').includes('internal')) {
      problems.push({ ...at, message: `exports from ${named.specifier}; internal/ is never exported` });
    }
  }
  if (/^export\s+default\b/m.test(file.text)) {
    problems.push({ file: file.path, message: 'has a default export; exports are named' });
  }
  return problems;
}

function isList({ tree }: SourceFile): boolean {
  return tree.statements.every(
    (one) =>
      ts.isExportDeclaration(one) && one.exportClause !== undefined && ts.isNamedExports(one.exportClause),
  );
}
