import type { Problem } from './problem.ts';
import { circlesOf } from './source/circles.ts';
import { importGraph } from './source/import-graph.ts';
import { readSources } from './source/source-file.ts';

/**
 * No circular imports, type-only ones included: two files that need each other's types are one concept, or lack one.
 *
 * @param root - Absolute path of the repository.
 * @param sources - What was read of it, where it was read already.
 */
export function checkCycles(root: string, sources = readSources(root)): Problem[] {
  return circlesOf(importGraph(root, sources)).map((cycle) => {
    const members = cycle.sort();
    return { file: members[0] as string, message: `is in a circular import: ${members.join(' → ')}` };
  });
}
