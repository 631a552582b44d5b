import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { readRooms, type SourceFile, sourceOf } from './source-file.ts';

/** Which files of the repository each file imports, its types included; the entry point for a package. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Finds what every file imports.
 *
 * @param root - absolute path of the repository
 * @param sources - its files
 */
export function importGraph(root: string, sources: readonly SourceFile[]): ImportGraph {
  const paths = new Set(sources.map((file) => file.path));
  const entries = entryPoints(root);
  const graph = new Map<string, readonly string[]>();
  for (const file of sources) {
    const targets = importsOf(file).map(({ specifier }) =>
      specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : entries.get(specifier),
    );
    graph.set(
      file.path,
      targets.filter((target): target is string => target !== undefined && paths.has(target)),
    );
  }
  return graph;
}

function entryPoints(root: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const { home, manifest } of readRooms(root)) {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = sourceOf(target);
      if (source !== undefined) entries.set(posix.join(manifest.name, entry), `${home}/${source}`);
    }
  }
  return entries;
}
