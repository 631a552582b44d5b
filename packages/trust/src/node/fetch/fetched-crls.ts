import { type Certificate, type CertificateList, decodeCrl } from '@entente/x509';
import { verificationKey } from '../../signatures/public-key.ts';
import { verifySignature } from '../../signatures/verify-signature.ts';
import { isOlder } from '../older-list.ts';
import { keyOf } from './anchor-key.ts';
import { type KeptObjects, noRoom } from './kept-objects.ts';

/** A CRL, its location, and the issuer whose certificates it covers. */
export interface FetchedCrl {
  /** From `keyOf`: anchor and location. */
  readonly key: string;
  /** From `anchorKey`: whose peers named the location. */
  readonly anchor: string;
  readonly url: string;
  readonly crl: CertificateList;
  /** Issuer of the certificate that named the location; undefined after a restart, until a chain names it again. */
  readonly issuer: Certificate | undefined;
  /** All locations of the same CRL, this one included. */
  readonly locations: readonly string[];
  /** Milliseconds since the epoch; undefined after a restart. */
  readonly fetchedAt: number | undefined;
  /** When the same bytes came first, milliseconds since the epoch. */
  readonly since: number;
  /**
   * An indirect CRL of another issuer, whose signer only a verdict can find: anybody may have signed it. It replaces no other CRL,
   * any other replaces it, it is not kept on disk, and it does not count as fetched.
   */
  readonly unchecked: boolean;
}

/** What is known about a location beside its CRL. */
export interface CrlSource {
  /** From `anchorKey`: whose peers named the location. */
  readonly anchor: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Issuer of the certificate that named the location. */
  readonly issuer?: Certificate | undefined;
  /** The location and the other names of its distribution point, in the certificate's order. */
  readonly locations?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly fetchedAt?: number;
  /** When an earlier run has fetched it, milliseconds since the epoch. Default: `now`. */
  readonly since?: number;
  /** Called where the issuer has signed the CRL, also where it is not accepted. */
  readonly onSigned?: ((crl: CertificateList, url: string) => void) | undefined;
}

/**
 * The fetched CRLs, one for each anchor and location. A new one replaces the old one only if the right issuer signed it and it is not older:
 * an attacker on the plain HTTP connection can withhold knowledge, but not take it back.
 */
export class FetchedCrls {
  readonly #byKey = new Map<string, FetchedCrl>();
  readonly #kept: KeptObjects;
  readonly #onDropped: (key: string) => void;

  /**
   * @param kept - which of them stay
   * @param onDropped - called with the key of each that made room for another
   */
  constructor(kept: KeptObjects, onDropped: (key: string) => void) {
    this.#kept = kept;
    this.#onDropped = onDropped;
  }

  /** All of them. */
  get lists(): readonly CertificateList[] {
    return [...this.#byKey.values()].map(({ crl }) => crl);
  }

  /** The CRL of a location. @param key - anchor and location */
  get(key: string): FetchedCrl | undefined {
    return this.#byKey.get(key);
  }

  /** Locations with their CRLs. */
  entries(): Iterable<FetchedCrl> {
    return this.#byKey.values();
  }

  /** Drops a CRL. @param key - anchor and location */
  drop(key: string): void {
    this.#kept.remove(key);
    if (this.#byKey.delete(key)) this.#onDropped(key);
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
    { anchor, fetchedAt, issuer, locations, now, onSigned, since = now }: CrlSource,
    maxBytes: number,
  ): string | undefined {
    const key = keyOf(anchor, url);
    const decoded = decodeCrl(bytes, { maxBytes });
    if (!decoded.ok) return `not a CRL: ${decoded.error.message}`;
    const crl = decoded.value;
    const unchecked = issuer !== undefined && crl.issuer.canonical !== issuer.subject.canonical;
    if (issuer !== undefined && !unchecked) {
      if (!verifySignature(crl, verificationKey(issuer))) return 'a CRL that its issuer did not sign';
      onSigned?.(crl, url);
    } else if (unchecked && crl.issuingDistributionPoint?.indirectCRL !== true) {
      return `a CRL of another issuer, ${crl.issuer.toString()}`;
    }
    const known = this.#byKey.get(key);
    if (known !== undefined && !known.unchecked) {
      if (unchecked) return 'an indirect CRL that cannot be checked, beside one that the issuer signed';
      if (isOlder(crl, known, now)) return 'a CRL older than the known one';
    }
    const dropped = this.#kept.add(anchor, key, bytes.length, now);
    if (dropped === undefined) return noRoom;
    for (const each of dropped) this.drop(each);
    // The same bytes stay the same object, so that nothing is reported as a change.
    const same = known !== undefined && Buffer.from(known.crl.der).equals(crl.der) ? known : undefined;
    this.#byKey.set(key, {
      key,
      anchor,
      url,
      crl: same?.crl ?? crl,
      issuer: issuer ?? known?.issuer,
      locations: locations ?? known?.locations ?? [url],
      fetchedAt,
      since: same?.since ?? since,
      unchecked,
    });
    return undefined;
  }
}
