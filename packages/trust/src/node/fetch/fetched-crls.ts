import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';
import { verificationKey } from '../../signatures/public-key.ts';
import { verifySignature } from '../../signatures/verify-signature.ts';

/** A CRL with where it came from and whose certificates it is about. */
export interface FetchedCrl {
  readonly url: string;
  readonly crl: CertificateList;
  /** Issuer of the certificate that named the location; undefined after a restart, until a chain names it again. */
  readonly issuer: Certificate | undefined;
  /** Where it can be had, this location among them. */
  readonly locations: readonly string[];
  /** Milliseconds since the epoch; undefined after a restart. */
  readonly fetchedAt: number | undefined;
  /**
   * An indirect CRL of another issuer, whose signer only a verdict finds: it may be anybody's. It displaces no other list, gives
   * way to any, and neither is kept on disk nor spares a fetch.
   */
  readonly unchecked: boolean;
}

/** What is known of a location beside what it answered. */
export interface CrlSource {
  /** Issuer of the certificate that named the location. */
  readonly issuer?: Certificate | undefined;
  /** The location and the other names of its distribution point, in the certificate's order. */
  readonly locations?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly fetchedAt?: number;
}

/**
 * The CRLs that were fetched, one for each location. A new one replaces the old only if it is signed by whom it should be and
 * is not older: whoever sits on the plain HTTP in between can withhold knowledge, but not take it back.
 */
export class FetchedCrls {
  readonly #byUrl = new Map<string, FetchedCrl>();

  /** All of them. */
  get lists(): readonly CertificateList[] {
    return [...this.#byUrl.values()].map(({ crl }) => crl);
  }

  /** @param url - the location */
  get(url: string): FetchedCrl | undefined {
    return this.#byUrl.get(url);
  }

  /** Locations with their CRLs. */
  entries(): Iterable<FetchedCrl> {
    return this.#byUrl.values();
  }

  /**
   * Takes in what a location answered.
   *
   * @param url - the location
   * @param bytes - what it answered
   * @param source - who named the location, and when it was asked
   * @param maxBytes - bound for the decoder
   * @returns undefined when it was taken in or changes nothing, else why it was not
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
      if (!verifySignature(crl, verificationKey(issuer))) return 'a CRL that its issuer has not signed';
    } else if (unchecked && crl.issuingDistributionPoint?.indirectCRL !== true) {
      return `a CRL of another issuer, ${crl.issuer.toString()}`;
    }
    const known = this.#byUrl.get(url);
    if (known !== undefined && !known.unchecked) {
      if (unchecked) return 'an indirect CRL that cannot be checked, beside one that the issuer has signed';
      if (isOlder(crl, known.crl)) return 'a CRL older than the one known';
    }
    this.#byUrl.set(url, {
      url,
      // The same bytes are the same object, so that nobody is told of a change that is none.
      crl: known !== undefined && Buffer.from(known.crl.der).equals(crl.der) ? known.crl : crl,
      issuer: issuer ?? known?.issuer,
      locations: locations ?? known?.locations ?? [url],
      fetchedAt,
      unchecked,
    });
    return undefined;
  }
}

/** Times count in whole seconds; two lists of one second are told apart by their numbers (RFC 5280 §5.2.3). */
function isOlder(crl: CertificateList, than: CertificateList): boolean {
  if (crl.thisUpdate !== than.thisUpdate) return crl.thisUpdate < than.thisUpdate;
  return (crl.crlNumber ?? 0n) < (than.crlNumber ?? 0n);
}
