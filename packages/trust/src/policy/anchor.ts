import type { Certificate, KeyKind } from '@entente/x509';
import type { RevocationPolicy } from './revocation-policy.ts';

/**
 * Limits that the topology or the configuration sets for an anchor, whatever its own certificate allows. A path that breaks one
 * is refused with `anchor-limit-violated`.
 */
export interface AnchorLimits {
  /**
   * The only domains for which certificates below this anchor are valid, subdomains included. Every name in the leaf (DNS names,
   * hosts of URIs, mail domains, a common name that looks like a host) must lie inside; IP addresses and other name forms never
   * do.
   */
  readonly domains?: readonly string[];
  /** Domains for which certificates below this anchor are never valid, subdomains included. */
  readonly excludedDomains?: readonly string[];
  /** The only interfaces (`LinkContext.interface`) on which the anchor is trusted. */
  readonly links?: readonly string[];
  /** Greatest number of intermediate CAs between anchor and leaf; 0 allows leaves issued by the anchor alone. */
  readonly maxDepth?: number;
  /** The only key kinds allowed below the anchor. */
  readonly keyKinds?: readonly KeyKind[];
  /** OIDs of the only purposes for which the anchor is trusted (e.g. serverAuth). */
  readonly extKeyUsages?: readonly string[];
  /** From this time on, milliseconds since the epoch, the anchor is no longer trusted. */
  readonly notAfter?: number;
}

/**
 * A trusted key, and the limits of that trust.
 */
export interface TrustAnchor {
  /** Name for people and logs, unique in its set. */
  readonly name: string;
  /** Its name and key are trusted; whether its validity and extensions count says `TrustPolicy.anchorIs`. */
  readonly certificate: Certificate;
  /** What else a path below it must keep to. Default: no limit. */
  readonly limits?: AnchorLimits;
  /** How fresh revocation knowledge must be below this anchor. Default: a grace period of 72 h after nextUpdate. */
  readonly revocation?: RevocationPolicy;
  /** Whether a client may present a certificate for serverAuth only (public CAs issue no other). Default false. */
  readonly serverAuthSuffices?: boolean;
  /**
   * Hosts from which a missing intermediate below this anchor may be fetched (caIssuers, RFC 5280 §4.2.2.1); `*.contoso.example`
   * stands for every name below. Default: none. The judge itself fetches nothing; see `@entente/trust/node`.
   */
  readonly issuersFrom?: readonly string[];
}

/**
 * An immutable set of anchors. A change is a new object: caches are bound to the object's identity.
 */
export interface AnchorSet {
  /** In any order; their names have to be unique. Where it is empty no peer is trusted. */
  readonly anchors: readonly TrustAnchor[];
}
