import { decodeCertificate, oids } from '@entente/x509';

/** The name comes from the certificate of a peer; a line of output has no room for more of it. */
const maxNameLength = 200;

/**
 * Finds the issuer whose certificates each list or response covers that certificates point to.
 *
 * @param certificates - DER, as presented; those that cannot be read are passed over
 * @returns issuer by URL, as RFC 4514 writes the name
 * @see RFC 5280 §4.2.1.13, §4.2.1.15, §4.2.2.1
 */
export function publishersOf(certificates: readonly Uint8Array[]): ReadonlyMap<string, string> {
  const publishers = new Map<string, string>();
  for (const der of certificates) {
    const decoded = decodeCertificate(der);
    if (!decoded.ok) continue;
    const { authorityInfoAccess = [], crlDistributionPoints = [], freshestCrl = [], issuer } = decoded.value;
    const locations = [
      ...[...crlDistributionPoints, ...freshestCrl].flatMap(({ name }) =>
        name?.type === 'full' ? name.names : [],
      ),
      ...authorityInfoAccess.flatMap(({ method, location }) => (method === oids.ocsp ? [location] : [])),
    ];
    const text = issuer.toString();
    const shown = text.length > maxNameLength ? `${text.slice(0, maxNameLength)}…` : text;
    for (const location of locations) {
      // The first that names a URL is nearest to the leaf; it is the one that was asked for.
      if (location.type === 'uri' && !publishers.has(location.value)) publishers.set(location.value, shown);
    }
  }
  return publishers;
}
