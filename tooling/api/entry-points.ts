import { posix } from 'node:path';
import { isPublished, readRooms, sourceOf } from '../check/source/source-file.ts';

/** A module that a package lets others import. */
export interface EntryPoint {
  /** As it is imported, e.g. `@entente/trust/node`. */
  readonly specifier: string;
  /** The part behind the package, e.g. `node`; empty for the package itself. */
  readonly part: string;
  /** Folder of the package, e.g. `packages/trust`. */
  readonly home: string;
  /** The file behind it, e.g. `packages/trust/src/node/index.ts`. */
  readonly source: string;
  /** Whether npm publishes it; others are for this repository alone. */
  readonly published: boolean;
}

/**
 * The entry points that are published and TypeScript, in the order of their names.
 *
 * @param root - absolute path of the repository
 */
export function entryPoints(root: string): EntryPoint[] {
  return allEntryPoints(root).filter(({ published }) => published);
}

/** The same with those that are for this repository alone. */
export function allEntryPoints(root: string): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const { home, manifest } of readRooms(root)) {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = sourceOf(target);
      if (source === undefined || !/\.tsx?$/.test(source)) continue;
      const specifier = posix.join(manifest.name, entry);
      found.push({
        specifier,
        part: specifier.slice(manifest.name.length + 1),
        home,
        source: posix.join(home, source),
        published: manifest.private !== true && isPublished(target),
      });
    }
  }
  return found.sort((a, b) => (a.specifier < b.specifier ? -1 : 1));
}
