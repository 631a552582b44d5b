import { type Certificate, type DistributionPoint, oids } from '@entente/x509';

/** Where a certificate says that its status can be learned. */
export interface StatusLocations {
  /**
   * URLs of complete and delta CRLs, by distribution point. The names of one point are locations of the same CRL (RFC 5280
   * §4.2.1.13): one that answers is enough.
   */
  readonly crls: readonly (readonly string[])[];
  /** URLs of OCSP responders. */
  readonly ocsp: readonly string[];
}

/**
 * The http: locations of CRLs and OCSP responders.
 *
 * @param certificate - whose status is needed
 * @see RFC 5280 §4.2.1.13, §4.2.1.15, §4.2.2.1
 */
export function statusLocations(certificate: Certificate): StatusLocations {
  return {
    crls: [...httpUrls(certificate.crlDistributionPoints ?? []), ...httpUrls(certificate.freshestCrl ?? [])],
    ocsp: accessUrls(certificate, oids.ocsp),
  };
}

/**
 * The http: locations of certificates of the issuer.
 * @see RFC 5280 §4.2.2.1
 */
export function issuerLocations(certificate: Certificate): readonly string[] {
  return accessUrls(certificate, oids.caIssuers);
}

function accessUrls(certificate: Certificate, wanted: string): readonly string[] {
  return (certificate.authorityInfoAccess ?? []).flatMap(({ method, location }) =>
    method === wanted && location.type === 'uri' && isHttp(location.value) ? [location.value] : [],
  );
}

function httpUrls(points: readonly DistributionPoint[]): string[][] {
  return points
    .map(({ name }) =>
      name !== undefined && name.type === 'full'
        ? name.names.flatMap((each) => (each.type === 'uri' && isHttp(each.value) ? [each.value] : []))
        : [],
    )
    .filter((urls) => urls.length > 0);
}

function isHttp(url: string): boolean {
  return url.slice(0, 7).toLowerCase() === 'http://';
}
