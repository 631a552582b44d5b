import { sampleTopology } from '@entente/testkit/topology';
import { type LinkNarrowing, links, mayOpen } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const { row } = links.federation;
const edge = { fqdn: 'edge1.contoso.example', interface: 'external' } as const;
const partner = { party: 'partner' } as const;
const narrowed = (narrowing: Omit<LinkNarrowing, 'row'>) =>
  sampleTopology({ links: [{ row, ...narrowing }] });
const reasonOf = (found: ReturnType<typeof mayOpen>) =>
  found.ok ? 'allowed' : [found.rejection.reason, found.rejection.remedy !== ''];

describe('who may open the link to partners', () => {
  it('is either side, where the topology says nothing', () => {
    expect(mayOpen(sampleTopology(), edge, partner, row)).toEqual({ ok: true, row });
    expect(mayOpen(sampleTopology(), partner, edge, row)).toEqual({ ok: true, row });
  });

  it.each([
    ['a', 'allowed', ['direction-not-allowed', true]],
    ['b', ['direction-not-allowed', true], 'allowed'],
  ] as const)('is side %s alone, where the topology says so', (side, byEdge, byPartner) => {
    const topology = narrowed({ mayOpen: side });
    expect(reasonOf(mayOpen(topology, edge, partner, row))).toEqual(byEdge);
    expect(reasonOf(mayOpen(topology, partner, edge, row))).toEqual(byPartner);
  });

  it('is nobody where the row is closed for this edge', () => {
    const closed = narrowed({ closed: true, a: [edge.fqdn] });
    expect(reasonOf(mayOpen(closed, partner, edge, row))).toEqual(['role-not-allowed-on-link', true]);
    expect(reasonOf(mayOpen(closed, edge, partner, row))).toEqual(['role-not-allowed-on-link', true]);
  });

  it('is nobody on another row, on the inner side, or at a server that the topology does not have', () => {
    const topology = sampleTopology();
    const refused = ['role-not-allowed-on-link', true];
    expect(reasonOf(mayOpen(topology, partner, edge, links.clientToEdge.row))).toEqual(refused);
    expect(reasonOf(mayOpen(topology, partner, { fqdn: edge.fqdn }, row))).toEqual(refused);
    const unknown = { ...edge, fqdn: 'edge9.contoso.example' };
    expect(reasonOf(mayOpen(topology, partner, unknown, row))).toEqual(['not-in-topology', true]);
    expect(reasonOf(mayOpen(topology, unknown, partner, row))).toEqual(['not-in-topology', true]);
  });
});
