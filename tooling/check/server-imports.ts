import { notForServers, servers } from './house.ts';
import type { Problem } from './problem.ts';
import { importGraph } from './source/import-graph.ts';
import { readSources } from './source/source-file.ts';

/**
 * A server loads nothing that only people need: no file that its app reaches through any number of imports is in a room for people.
 *
 * @param root - absolute path of the repository
 * @param sources - what was read of it, where it was read already
 * @param graph - what each file imports, where it is known already
 */
export function checkServerImports(
  root: string,
  sources = readSources(root),
  graph = importGraph(root, sources),
): Problem[] {
  return servers.flatMap((server) => {
    const starts = sources.filter(({ home, test }) => home === `apps/${server}` && !test);
    const from = new Map<string, string | undefined>(starts.map(({ path }) => [path, undefined]));
    for (const path of from.keys()) {
      for (const target of graph.get(path) ?? []) if (!from.has(target)) from.set(target, path);
    }
    const found = [...from.keys()].find((path) =>
      notForServers.some((room) => path.startsWith(`packages/${room}/`)),
    );
    if (found === undefined) return [];
    const chain = [found];
    for (let path = from.get(found); path !== undefined; path = from.get(path)) chain.unshift(path);
    return [{ file: `apps/${server}`, message: `loads what only people need: ${chain.join(' → ')}` }];
  });
}
