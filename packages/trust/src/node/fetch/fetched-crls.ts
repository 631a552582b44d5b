import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';
import { verificationKey } from '../../signatures/public-key.ts';
import { verifySignature } from '../../signatures/verify-signature.ts';

/** A CRL, its location, and the issuer whose certificates it covers. */
export interface FetchedCrl {
  readonly url: string;
  readonly crl: CertificateList;
  /** Issuer of the certificate that named the location; undefined after a restart, until a chain names it again. */
  readonly issuer: Certificate | undefined;
  /** All locations of the same CRL, this one included. */
  readonly locations: readonly string[];
  /** Milliseconds since the epoch; undefined after a restart. */
  readonly fetchedAt: number | undefined;
  /**
   * An indirect CRL of another issuer, whose signer only a verdict can find: anybody may have signed it. It replaces no other CRL,
   * any other replaces it, it is not kept on disk, and it does not count as fetched.
   */
  readonly unchecked: boolean;
}

/** What is known about a location beside its CRL. */
export interface CrlSource {
  /** Issuer of the certificate that named the location. */
  readonly issuer?: Certificate | undefined;
  /** The location and the other names of its distribution point, in the certificate's order. */
  readonly locations?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly fetchedAt?: number;
}

/**
 * The fetched CRLs, one for each location. A new one replaces the old one only if the right issuer signed it and it is not older:
 * an attacker on the plain HTTP connection can withhold knowledge, but not take it back.
 */
export class FetchedCrls {
  readonly #byUrl = new Map<string, FetchedCrl>();

  /** All of them. */
  get lists(): readonly CertificateList[] {
    return [...this.#byUrl.values()].map(({ crl }) => crl);
  }

  /** The CRL of a location. @param url - the location */
  get(url: string): FetchedCrl | undefined {
    return this.#byUrl.get(url);
  }

  /** Locations with their CRLs. */
  entries(): Iterable<FetchedCrl> {
    return this.#byUrl.values();
  }

  /**
   * Accepts or refuses the answer of a location.
   *
   * @param url - the location
   * @param bytes - the answer
   * @param source - the issuer of the certificate that named the location, and when it was fetched
   * @param maxBytes - limit of the decoder
   * @returns undefined where it was accepted or changes nothing, else why it was refused
   */
  offer(
    url: string,
    bytes: Uint8Array,
    { fetchedAt, issuer, locations }: CrlSource,
    maxBytes: number,
  ): string | undefined {
    const decoded = decodeCrl(bytes, { maxBytes });
    if (!decoded.ok) return `not a CRL: ${decoded.error.message}`;
    const crl = decoded.value;
    const unchecked = issuer !== undefined && crl.issuer.canonical !== issuer.subject.canonical;
    if (issuer !== undefined && !unchecked) {
      if (!verifySignature(crl, verificationKey(issuer))) return 'a CRL that its issuer did not sign';
    } else if (unchecked && crl.issuingDistributionPoint?.indirectCRL !== true) {
      return `a CRL of another issuer, ${crl.issuer.toString()}`;
    }
    const known = this.#byUrl.get(url);
    if (known !== undefined && !known.unchecked) {
      if (unchecked) return 'an indirect CRL that cannot be checked, beside one that the issuer signed';
      if (isOlder(crl, known.crl)) return 'a CRL older than the known one';
    }
    this.#byUrl.set(url, {
      url,
      // The same bytes stay the same object, so that nothing is reported as a change.
      crl: known !== undefined && Buffer.from(known.crl.der).equals(crl.der) ? known.crl : crl,
      issuer: issuer ?? known?.issuer,
      locations: locations ?? known?.locations ?? [url],
      fetchedAt,
      unchecked,
    });
    return undefined;
  }
}

/** Times are in whole seconds; the CRL number orders two CRLs of one second (RFC 5280 §5.2.3). */
function isOlder(crl: CertificateList, than: CertificateList): boolean {
  if (crl.thisUpdate !== than.thisUpdate) return crl.thisUpdate < than.thisUpdate;
  return (crl.crlNumber ?? 0n) < (than.crlNumber ?? 0n);
}
