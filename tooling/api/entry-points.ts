import { posix } from 'node:path';
import { isPublished, readRooms, sourceOf } from '../check/source/source-file.ts';

/** A module that a published package lets others import. */
export interface EntryPoint {
  /** As it is imported, e.g. `@entente/trust/node`. */
  readonly specifier: string;
  /** The part behind the package, e.g. `node`; empty for the package itself. */
  readonly part: string;
  /** Folder of the package, e.g. `packages/trust`. */
  readonly home: string;
  /** The file behind it, e.g. `packages/trust/src/node/index.ts`. */
  readonly source: string;
}

/**
 * The entry points that are published and TypeScript, in the order of their names.
 *
 * @param root - absolute path of the repository
 */
export function entryPoints(root: string): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const { home, manifest } of readRooms(root)) {
    if (manifest.private === true) continue;
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = sourceOf(target);
      if (source === undefined || !/\.tsx?$/.test(source) || !isPublished(target)) continue;
      const specifier = posix.join(manifest.name, entry);
      found.push({
        specifier,
        part: specifier.slice(manifest.name.length + 1),
        home,
        source: posix.join(home, source),
      });
    }
  }
  return found.sort((a, b) => (a.specifier < b.specifier ? -1 : 1));
}
