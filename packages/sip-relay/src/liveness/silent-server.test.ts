import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { silentServer } from './silent-server.ts';

const [edge1, edge2, pool] = ['edge1.contoso.example', 'edge2.contoso.example', 'edges.contoso.example'];
const others = 'the others of its pool are asked first';

describe('what the log says of a server that does not answer', () => {
  it('names the others of its pool where there are any, and says what to check', () => {
    const topology = sampleTopology({
      pools: [
        { fqdn: 'pool1.contoso.example', role: 'front-end' },
        { fqdn: pool, role: 'edge' },
      ],
      servers: [sampleFrontEnd, ...[edge1, edge2].map((fqdn) => ({ ...sampleEdge, fqdn, pool }))],
    });
    const { message, remedy } = silentServer(edge1, topology);
    expect(message).toContain(others);
    expect(remedy).toContain(`check that ${edge1} runs`);
    expect(silentServer(sampleFrontEnd.fqdn, topology).message).not.toContain(others);
  });

  it('names no others of a server that is in no pool, or not listed', () => {
    const { pool: _, ...edge } = { pool: undefined, ...sampleEdge, fqdn: edge1 };
    const topology = sampleTopology({ servers: [sampleFrontEnd, edge] });
    for (const server of [edge1, 'nope.contoso.example'])
      expect(silentServer(server, topology).message).toContain('no other server is in a pool with it');
  });
});
