import { buildTopology, mayCarryStrangers, roles, topologyFormat } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = buildTopology({
  format: topologyFormat,
  network: 'contoso.example',
  version: 1,
  issued: '2026-01-01T00:00:00Z',
  administrators: { required: 1, keys: [] },
  domains: [{ name: 'contoso.example' }],
  servers: roles.map((role) => ({ fqdn: `${role}.contoso.example`, role })),
});

describe('a request that nobody vouches for', () => {
  it('may be led to front ends, directors and edges, and to no other server of ours', () => {
    const led = roles.filter((role) => mayCarryStrangers(topology, `${role}.contoso.example`));
    expect(led).toEqual(['front-end', 'director', 'edge']);
  });

  it('may name hosts that are none of ours: what becomes of those is decided elsewhere', () => {
    expect(mayCarryStrangers(topology, 'client.fabrikam.example')).toBe(true);
  });
});
