import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  type Extension,
  oids,
} from '@entente/x509';
import { publicationPaths } from './issuer-id.ts';

/**
 * The distribution point of a certificate. Several addresses are names of one point: all lead to the same CRL, and one that
 * answers is enough.
 * @param objectsUrls - bases of plain HTTP addresses without trailing slash (RFC 5280 §8: over HTTPS it would be circular)
 * @param issuer - see `issuerId`
 * @param shard - the CRL that would list the certificate
 * @see RFC 5280 §4.2.1.13
 */
export function listsAt(objectsUrls: readonly string[], issuer: string, shard: number): Extension {
  const path = publicationPaths.crl(issuer, shard);
  const names = objectsUrls.map((base) => ({ type: 'uri' as const, value: `${base}${path}` }));
  return crlDistributionPointsExtension([{ name: { type: 'full', names } }]);
}

/**
 * The addresses of the issuer's own certificate.
 * @param objectsUrls - as for {@link listsAt}
 * @param issuer - see `issuerId`
 * @see RFC 5280 §4.2.2.1
 */
export function issuerAt(objectsUrls: readonly string[], issuer: string): Extension {
  const path = publicationPaths.issuer(issuer);
  return authorityInfoAccessExtension(
    objectsUrls.map((base) => ({
      method: oids.caIssuers,
      location: { type: 'uri', value: `${base}${path}` },
    })),
  );
}
