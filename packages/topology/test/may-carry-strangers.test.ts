import { sampleTopology } from '@entente/testkit/topology';
import { mayCarryStrangers, roles } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = sampleTopology({
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
