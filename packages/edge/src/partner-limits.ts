import type { ServeLimits } from '@entente/tls';

const defaultPlaces = 100_000;
/** Edges of a large partner, each with a connection for each of its domains, have fewer; those of one take 60 kB each. */
const mostOfPartner = 4_000;

/**
 * Bounds of the listener for partners. One partner, that is one entry of the topology, has at most a quarter of the places, with whatever
 * certificates and from whatever addresses it comes: it does not keep the others out.
 * @param limits - of every listener of the edge
 */
export function partnerLimits(limits: ServeLimits = {}): ServeLimits {
  const places = limits.maxConnections ?? defaultPlaces;
  return {
    ...limits,
    maxConnectionsPerPeer: Math.max(1, Math.min(mostOfPartner, Math.floor(places / 4))),
  };
}
