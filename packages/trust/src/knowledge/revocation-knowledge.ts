import type { CertificateList } from '@entente/x509';

/**
 * What is known about revocation when a verdict is asked for; fetching happens elsewhere.
 *
 * An immutable snapshot: a change is a new object. Unverified objects are welcome, the judge believes none of them before it
 * has checked who signed it.
 */
export interface RevocationKnowledge {
  /** Complete, delta, sharded and indirect CRLs in any order. */
  readonly crls: readonly CertificateList[];
  /** DER OCSP responses, fetched or cached. */
  readonly ocspResponses?: readonly Uint8Array[];
}
