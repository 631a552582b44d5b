import type { CertificateList } from '@entente/x509';

/**
 * What is known about revocation at a verdict; fetching happens elsewhere.
 *
 * An immutable snapshot: a change is a new object. The objects need not be verified: the judge uses none before it has checked
 * who signed it.
 */
export interface RevocationKnowledge {
  /** Complete, delta, sharded and indirect CRLs in any order. */
  readonly crls: readonly CertificateList[];
  /** DER OCSP responses, fetched or cached. */
  readonly ocspResponses?: readonly Uint8Array[];
  /**
   * Why a location gave nothing the last time, for the reason of a refusal; it decides nothing.
   * @param url - as the certificate names it
   * @returns undefined where the location has answered, or was not asked
   */
  readonly whyNotFetched?: (url: string) => string | undefined;
}
