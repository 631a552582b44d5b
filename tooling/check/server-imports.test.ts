import { expect, it } from 'vitest';
import { notForServers, servers } from './house.ts';
import { checkServerImports } from './server-imports.ts';
import { importGraph } from './source/import-graph.ts';
import { readSources } from './source/source-file.ts';

const root = new URL('../..', import.meta.url).pathname;

it('a server of this repository loads none of them, and is walked as far as the topology', () => {
  const sources = readSources(root);
  const graph = importGraph(root, sources);
  expect(checkServerImports(root, sources, graph)).toEqual([]);
  for (const server of servers) {
    const reached = new Set(sources.filter(({ home }) => home === `apps/${server}`).map(({ path }) => path));
    for (const path of reached) for (const target of graph.get(path) ?? []) reached.add(target);
    expect(reached, server).toContain('packages/topology/src/signing/verify-topology.ts');
  }
  const homes = new Set(sources.map(({ home }) => home));
  for (const room of notForServers) expect(homes).toContain(`packages/${room}`);
});
