import type { ServeLimits } from '@entente/tls';

const defaultPlaces = 100_000;
/** Edges of a large partner, each with a connection for each of its domains, have fewer; those of one take 60 kB each beside their certificates. */
const mostOfPartner = 4_000;
/**
 * Octets of certificates for each of these connections: as many as the chain of an edge has that is certified for one or two domains. In memory they
 * are some twenty times as large, so that all connections of one partner take 400 MB at most, whatever its certificates name.
 */
const octetsOfPlace = 2_048;
/** A partner has some connections where there are few places, also with a certificate for a hundred domains. */
const leastOctets = 131_072;

/**
 * Bounds of the listener for partners. One partner, that is one entry of the topology, has at most a quarter of the places, with whatever
 * certificates and from whatever addresses it comes: it does not keep the others out.
 * @param limits - of every listener of the edge
 */
export function partnerLimits(limits: ServeLimits = {}): ServeLimits {
  const places = limits.maxConnections ?? defaultPlaces;
  const ofPartner = Math.max(1, Math.min(mostOfPartner, Math.floor(places / 4)));
  return {
    ...limits,
    maxConnectionsPerPeer: ofPartner,
    maxCertificateBytesPerPeer: Math.max(leastOctets, ofPartner * octetsOfPlace),
  };
}
