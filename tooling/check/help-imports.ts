import { posix } from 'node:path';
import ts from 'typescript';
import { helpStart, loadedForHelp } from './house.ts';
import type { Problem } from './problem.ts';
import { importsOf } from './source/imports.ts';
import { entryFiles, readSources } from './source/source-file.ts';

/**
 * The help of the command line loads what prints it, and nothing that does the work: what a command needs comes once it is named.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 */
export function checkHelpImports(root: string, sources = readSources(root)): Problem[] {
  const files = new Map(sources.map((file) => [file.path, file]));
  const entries = entryFiles(root);
  const problems: Problem[] = [];
  const loaded = new Set([helpStart]);
  for (const path of loaded) {
    const file = files.get(path);
    if (file === undefined) continue;
    for (const { line, node, specifier, typeOnly } of importsOf(file)) {
      // A call is made when the module is needed.
      if (typeOnly || ts.isCallExpression(node) || specifier.startsWith('node:')) continue;
      const target = specifier.startsWith('.')
        ? posix.join(posix.dirname(path), specifier)
        : entries.get(specifier);
      if (loadedForHelp.includes(specifier)) continue;
      if (target !== undefined && loadedForHelp.some((place) => target.startsWith(place))) loaded.add(target);
      else
        problems.push({
          file: path,
          line,
          message: `is loaded for the help, and loads ${specifier}; import() it where it is needed`,
        });
    }
  }
  return problems;
}
