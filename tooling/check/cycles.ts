import { posix } from 'node:path';
import type { Problem } from './problem.ts';
import { circlesOf } from './source/circles.ts';
import { importsOf } from './source/imports.ts';
import { readRooms, readSources, sourceOf } from './source/source-file.ts';

/**
 * No circular imports, type-only ones included: two files that need each other's types are one concept, or lack one.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 */
export function checkCycles(root: string, sources = readSources(root)): Problem[] {
  const paths = new Set(sources.map((file) => file.path));
  const entries = entryPoints(root);
  const graph = new Map<string, string[]>();
  for (const file of sources) {
    const targets = importsOf(file).map(({ specifier }) =>
      specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : entries.get(specifier),
    );
    graph.set(
      file.path,
      targets.filter((target): target is string => target !== undefined && paths.has(target)),
    );
  }
  return circlesOf(graph).map((cycle) => {
    const members = cycle.sort();
    return { file: members[0] as string, message: `is in a circular import: ${members.join(' → ')}` };
  });
}

function entryPoints(root: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const { home, manifest } of readRooms(root)) {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = sourceOf(target);
      if (source !== undefined) entries.set(posix.join(manifest.name, entry), `${home}/${source}`);
    }
  }
  return entries;
}
