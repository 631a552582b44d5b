/**
 * Who the peer is, according to a certificate that a trusted anchor vouches for. Some fields are getters: copy them by name, not
 * with spread; `JSON.stringify` writes them all.
 */
export interface PeerIdentity {
  /** dNSName SANs, lower case, without trailing dot; wildcards are kept as written. */
  readonly dnsNames: readonly string[];
  /** Hosts of `sip:` URI SANs without user part, lower case. */
  readonly sipDomains: readonly string[];
  /** Every uniformResourceIdentifier SAN as written. */
  readonly uris: readonly string[];
  /** iPAddress SANs as text; absent where there is none. */
  readonly ipAddresses?: readonly string[];
  /** rfc822Name SANs as written; absent where there is none. */
  readonly emailAddresses?: readonly string[];
  /** Subject of the leaf, RFC 4514 form. */
  readonly subject: string;
  /** Issuer of the leaf, RFC 4514 form. */
  readonly issuer: string;
  /** Serial number, lower-case hex. */
  readonly serialHex: string;
  /** SHA-256 of the DER certificate, lower-case hex. */
  readonly fingerprint256: string;
  /** End of the leaf's validity, milliseconds since the epoch. */
  readonly notAfter: number;
  /** The expected name that was found; absent for `inbound`. */
  readonly matched?: string;
  /** FQDN of the server of the own network that `authorise` selected; for a partner, the identifier of its entry. */
  readonly server?: string;
  /** Role of that server. */
  readonly role?: string;
  /** Name of the anchor of the path. */
  readonly anchor: string;
}
