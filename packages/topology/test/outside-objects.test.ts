import { contoso } from '@entente/testkit/topology';
import { buildTopology, outsideObjectUrls, publishesOutside, type TopologyDocument } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const urls = (document: TopologyDocument) => outsideObjectUrls(buildTopology(document));

function edges(...ports: readonly object[]): TopologyDocument {
  const edge = contoso.servers.find(({ role }) => role === 'edge');
  const others = contoso.servers.filter(({ role }) => role !== 'edge');
  return {
    ...contoso,
    servers: [
      ...others,
      ...ports.map((external, index) => ({
        ...(edge as (typeof contoso.servers)[number]),
        fqdn: `edge${index + 1}.contoso.example`,
        interfaces: { external: { fqdn: 'access.contoso.example', ...external } },
      })),
    ],
  };
}

describe('where outsiders find our revocation lists', () => {
  it('is the external name of an edge, with its port where that is not 80', () => {
    expect(urls(edges({}))).toEqual(['http://access.contoso.example']);
    expect(urls(edges({ ports: { objects: 8080 } }))).toEqual(['http://access.contoso.example:8080']);
  });

  it('is each edge once: edges that share a name are one address', () => {
    expect(urls(edges({}, {}, { fqdn: 'access2.contoso.example' }))).toEqual([
      'http://access.contoso.example',
      'http://access2.contoso.example',
    ]);
  });

  it('is nowhere without an edge: no other server is asked by outsiders', () => {
    const topology = buildTopology(edges());
    expect(outsideObjectUrls(topology)).toEqual([]);
    for (const server of topology.servers.values())
      expect(publishesOutside(topology, server)).toBeUndefined();
  });

  it('is not at an edge for which the topology closes the link to outsiders', () => {
    const document = edges({}, { fqdn: 'access2.contoso.example' });
    expect(urls({ ...document, links: [{ row: 19, closed: true }] })).toEqual([]);
    expect(urls({ ...document, links: [{ row: 19, b: ['edge1.contoso.example'], closed: true }] })).toEqual([
      'http://access2.contoso.example',
    ]);
  });
});
