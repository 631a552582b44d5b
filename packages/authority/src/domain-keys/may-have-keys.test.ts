import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { mayHaveKeys } from './may-have-keys.ts';

const edgePool = 'edges.contoso.example';
const base = sampleTopology();
const topology = sampleTopology({
  pools: [...(base.document.pools ?? []), { fqdn: edgePool, role: 'edge' }],
  servers: [
    sampleFrontEnd,
    { ...sampleEdge, pool: edgePool },
    { fqdn: 'app1.contoso.example', role: 'trusted-application' },
  ],
});
const pool = sampleFrontEnd.pool as string;
const ask = (server: string, names: readonly string[]) =>
  mayHaveKeys(topology, { kind: 'server', server, serialHex: '01', names });

describe('whose keys a server may have', () => {
  it('are those of its pool, where its certificate names the pool too', () => {
    expect(ask(sampleFrontEnd.fqdn, [sampleFrontEnd.fqdn, pool])).toEqual({
      ok: true,
      pool,
      server: sampleFrontEnd.fqdn,
    });
  });

  it('are none where its certificate does not name the pool that the topology gives it', () => {
    for (const names of [[], [sampleFrontEnd.fqdn], [sampleFrontEnd.fqdn, edgePool]])
      expect(ask(sampleFrontEnd.fqdn, names)).toMatchObject({
        ok: false,
        refusal: { reason: 'name-not-allowed', status: 403 },
      });
  });

  it('are those of its pool for an edge, whose certificate inside names the edge alone', () => {
    expect(ask(sampleEdge.fqdn, [sampleEdge.fqdn])).toMatchObject({ ok: true, pool: edgePool });
  });

  it('are its own for a server in no pool', () => {
    const fqdn = 'app1.contoso.example';
    expect(ask(fqdn, [fqdn])).toMatchObject({ ok: true, pool: fqdn });
    expect(ask(fqdn, [pool])).toMatchObject({ ok: false });
  });

  it('are none for a server that the topology does not list, or before there is one', () => {
    const refused = { ok: false, refusal: { reason: 'not-in-topology' } };
    expect(ask('fe9.contoso.example', [pool])).toMatchObject(refused);
    const caller = { kind: 'server', server: sampleFrontEnd.fqdn, serialHex: '01', names: [pool] } as const;
    expect(mayHaveKeys(undefined, caller)).toMatchObject(refused);
  });
});
