import { describe, expect, it } from 'vitest';
import { notForServers, servers } from './house.ts';
import { checkServerImports } from './server-imports.ts';
import { importGraph } from './source/import-graph.ts';
import { readSources } from './source/source-file.ts';
import { plantTree } from './testing/planted-tree.ts';

const root = new URL('../..', import.meta.url).pathname;

function problems(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return checkServerImports(tree.root).map(({ file, message }) => `${file} ${message}`);
}

describe('a server', () => {
  const planning = { 'packages/topology-planning/src/index.ts': 'export const a = 1;' };

  it('is refused where it loads a package for people, however far down', () => {
    const files = {
      ...planning,
      'apps/pool-server/src/bin.ts': "import './create.ts';",
      'apps/pool-server/src/create.ts': "export { b } from '@entente/member';",
      'packages/member/src/index.ts': "export { b } from './b.ts';",
      'packages/member/src/b.ts': "import { a } from '@entente/topology-planning';\nexport const b = a;",
    };
    expect(problems(files)).toEqual([
      'apps/pool-server loads what only people need: apps/pool-server/src/create.ts → packages/member/src/index.ts → packages/member/src/b.ts → packages/topology-planning/src/index.ts',
    ]);
  });

  it('may load other packages, and its tests may load anything', () => {
    const files = {
      ...planning,
      'apps/pool-server/src/bin.ts': "import '@entente/member';",
      'apps/pool-server/test/a.test.ts': "import '@entente/topology-planning';",
      'packages/member/src/index.ts': 'export const b = 1;',
    };
    expect(problems(files)).toEqual([]);
  });

  it('of this repository loads none of them, and is walked as far as the topology', () => {
    const sources = readSources(root);
    const graph = importGraph(root, sources);
    expect(checkServerImports(root, sources, graph)).toEqual([]);
    for (const server of servers) {
      const reached = new Set(
        sources.filter(({ home }) => home === `apps/${server}`).map(({ path }) => path),
      );
      for (const path of reached) for (const target of graph.get(path) ?? []) reached.add(target);
      expect(reached, server).toContain('packages/topology/src/signing/verify-topology.ts');
    }
    const homes = new Set(sources.map(({ home }) => home));
    for (const room of notForServers) expect(homes).toContain(`packages/${room}`);
  });
});
