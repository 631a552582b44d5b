import { posix } from 'node:path';
import { lightEntries } from './house.ts';
import type { Problem } from './problem.ts';
import { importsOf } from './source/imports.ts';
import { entryFiles, readSources } from './source/source-file.ts';

/**
 * An entry point that small programs load brings no library that others of its package need: nothing that it reaches through any number
 * of imports names one of those that are listed for it.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 */
export function checkLightImports(root: string, sources = readSources(root)): Problem[] {
  const files = new Map(sources.map((file) => [file.path, file]));
  const entries = entryFiles(root);
  return lightEntries.flatMap(({ entry, without }) => {
    const start = entries.get(entry);
    const problems: Problem[] = [];
    const loaded = new Set<string>(start === undefined ? [] : [start]);
    for (const path of loaded) {
      const file = files.get(path);
      if (file === undefined) continue;
      for (const { line, specifier, typeOnly } of importsOf(file)) {
        if (typeOnly) continue;
        if (without.some((library) => specifier === library || specifier.startsWith(`${library}/`)))
          problems.push({
            file: path,
            line,
            message: `is loaded by ${entry}, which may not bring ${specifier}`,
          });
        const target = specifier.startsWith('.')
          ? posix.join(posix.dirname(path), specifier)
          : entries.get(specifier);
        if (target !== undefined) loaded.add(target);
      }
    }
    return problems;
  });
}
