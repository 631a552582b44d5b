import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { watchServers } from './watch-servers.ts';

const [fe1, fe2] = ['fe1.contoso.example', 'fe2.contoso.example'] as const;
const [edge1, edge2] = ['edge1.contoso.example', 'edge2.contoso.example'] as const;
const pool = 'edges.contoso.example';
const topology = sampleTopology({
  pools: [
    { fqdn: 'pool1.contoso.example', role: 'front-end' },
    { fqdn: pool, role: 'edge' },
  ],
  servers: [
    ...[fe1, fe2].map((fqdn) => ({ ...sampleFrontEnd, fqdn })),
    ...[edge1, edge2].map((fqdn) => ({ ...sampleEdge, fqdn, pool })),
  ],
});

describe('the watch of an edge', () => {
  it('asks front ends and the other edges that it may dial, and logs who falls silent and who answers again', async () => {
    const asked: string[] = [];
    const silent = new Set<string>();
    const events: unknown[] = [];
    const log = (fields: object) => void events.push(fields);
    const watch = watchServers({
      roles: new Set(['front-end', 'edge']),
      fqdn: edge1,
      topology: () => topology,
      hopTo: (name) =>
        name === fe2 ? undefined : { name, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd },
      isThere: async ({ name }) => {
        asked.push(name);
        return !silent.has(name);
      },
      logger: { info: log, warn: log },
    });
    const second = async () => {
      watch.tick();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await second();
    expect(asked).toEqual([fe1, edge2]);
    silent.add(fe1);
    await second();
    expect([watch.isLiving(fe1), watch.isLiving(edge2)]).toEqual([false, true]);
    silent.clear();
    await second();
    expect(watch.isLiving(fe1)).toBe(true);
    expect(events).toEqual([
      { event: 'server-answers', server: fe1 },
      { event: 'server-answers', server: edge2 },
      { event: 'server-silent', server: fe1, remedy: expect.stringContaining(`check that ${fe1} runs`) },
      { event: 'server-answers', server: fe1 },
    ]);
  });
});
