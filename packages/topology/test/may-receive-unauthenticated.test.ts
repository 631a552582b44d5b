import { sampleTopology } from '@entente/testkit/topology';
import { mayReceiveUnauthenticated, roles } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = sampleTopology({
  pools: roles.map((role) => ({ fqdn: `${role}s.contoso.example`, role })),
  servers: roles.map((role) => ({ fqdn: `${role}.contoso.example`, role })),
});

describe('a request whose sender is not authenticated', () => {
  it('may be routed to front ends, directors and edges, and to no other server of ours', () => {
    const allowed = roles.filter((role) => mayReceiveUnauthenticated(topology, `${role}.contoso.example`));
    expect(allowed).toEqual(['front-end', 'director', 'edge']);
    const pools = roles.filter((role) => mayReceiveUnauthenticated(topology, `${role}s.contoso.example`));
    expect(pools).toEqual(allowed);
  });

  it('may be routed to a host that is not a server of ours', () => {
    expect(mayReceiveUnauthenticated(topology, 'client.fabrikam.example')).toBe(true);
  });
});
