import { posix } from 'node:path';
import { importsOf } from './imports.ts';
import { entryFiles, type SourceFile } from './source-file.ts';

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
  const entries = entryFiles(root);
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
