import {
  buildTopology,
  type ServerEntry,
  type Topology,
  type TopologyDocument,
  topologyFormat,
} from '@entente/topology';

const pool = 'pool1.contoso.example';

/** The front end of {@link sampleDocument}. */
export const sampleFrontEnd: ServerEntry = { fqdn: 'fe1.contoso.example', role: 'front-end', pool };

/** The edge of {@link sampleDocument}. */
export const sampleEdge: ServerEntry = {
  fqdn: 'edge1.contoso.example',
  role: 'edge',
  interfaces: { external: { fqdn: 'access.contoso.example' } },
};

/**
 * A small network: one domain, a pool of one front end, and an edge. Nobody can sign it.
 *
 * @param parts - fields that replace those of the sample
 */
export function sampleDocument(parts: Partial<TopologyDocument> = {}): TopologyDocument {
  return {
    format: topologyFormat,
    network: 'contoso.example',
    version: 1,
    issued: '2026-01-01T00:00:00Z',
    administrators: { required: 1, keys: [] },
    domains: [{ name: 'contoso.example', pool }],
    pools: [{ fqdn: pool, role: 'front-end' }],
    servers: [sampleFrontEnd, sampleEdge],
    ...parts,
  };
}

/**
 * The topology of {@link sampleDocument}, whose signatures nobody has checked.
 *
 * @param parts - fields that replace those of the sample
 */
export function sampleTopology(parts: Partial<TopologyDocument> = {}): Topology {
  return buildTopology(sampleDocument(parts));
}
