import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';
import { verificationKey } from '../../signatures/public-key.ts';
import { verifySignature } from '../../signatures/verify-signature.ts';

/** A CRL with where it came from and whose certificates it is about. */
export interface FetchedCrl {
  readonly url: string;
  readonly crl: CertificateList;
  /** Issuer of the certificate that named the location; undefined after a restart, until a chain names it again. */
  readonly issuer: Certificate | undefined;
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
   * @param issuer - issuer of the certificate that named the location
   * @param maxBytes - bound for the decoder
   * @returns undefined when it was taken in or changes nothing, else why it was not
   */
  offer(
    url: string,
    bytes: Uint8Array,
    issuer: Certificate | undefined,
    maxBytes: number,
  ): string | undefined {
    const decoded = decodeCrl(bytes, { maxBytes });
    if (!decoded.ok) return `not a CRL: ${decoded.error.message}`;
    const crl = decoded.value;
    if (issuer !== undefined && crl.issuer.canonical === issuer.subject.canonical) {
      if (!verifySignature(crl, verificationKey(issuer))) return 'a CRL that its issuer has not signed';
    } else if (issuer !== undefined && crl.issuingDistributionPoint?.indirectCRL !== true) {
      return `a CRL of another issuer, ${crl.issuer.toString()}`;
    }
    const known = this.#byUrl.get(url);
    if (known !== undefined && crl.thisUpdate < known.crl.thisUpdate) return 'a CRL older than the one known';
    this.#byUrl.set(url, { url, crl, issuer: issuer ?? known?.issuer });
    return undefined;
  }
}
