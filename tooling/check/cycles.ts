import { posix } from 'node:path';
import type { Problem } from './problem.ts';
import { importsOf } from './source/imports.ts';
import { readRooms, readSources, sourceOf } from './source/source-file.ts';

/**
 * No circular imports, type-only ones included: two files that need each other's types are one concept, or lack one.
 *
 * @param root Absolute path of the repository.
 * @param sources What was read of it, where it was read already.
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
  return components(graph).map((cycle) => {
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

/** The strongly connected components of more than one file, and files that import themselves (Tarjan, iterative). */
function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const result: string[][] = [];
  for (const start of graph.keys()) {
    if (index.has(start)) continue;
    const work: { node: string; next: number }[] = [{ node: start, next: 0 }];
    while (work.length > 0) {
      const frame = work[work.length - 1] as { node: string; next: number };
      const { node } = frame;
      if (frame.next === 0) {
        index.set(node, index.size);
        low.set(node, index.get(node) as number);
        stack.push(node);
        onStack.add(node);
      }
      const targets = graph.get(node) ?? [];
      const target = targets[frame.next];
      frame.next += 1;
      if (target !== undefined) {
        if (!index.has(target)) work.push({ node: target, next: 0 });
        else if (onStack.has(target)) lower(low, node, index.get(target) as number);
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent !== undefined) lower(low, parent.node, low.get(node) as number);
      if (low.get(node) !== index.get(node)) continue;
      const members = stack.splice(stack.indexOf(node));
      for (const member of members) onStack.delete(member);
      if (members.length > 1 || targets.includes(node)) result.push(members);
    }
  }
  return result;
}

function lower(low: Map<string, number>, node: string, value: number): void {
  low.set(node, Math.min(low.get(node) as number, value));
}
