/**
 * The chain as the peer sent it.
 */
export interface PresentedChain {
  /** DER certificates, leaf first, in the order received; the rest may be in any order and may contain strangers. */
  readonly certificates: readonly Uint8Array[];
  /** DER OCSPResponse that came with the handshake (RFC 6066 §8), unverified. */
  readonly stapledOcsp?: Uint8Array;
}

/**
 * On which link the question is asked.
 */
export interface LinkContext {
  /** What the link is called in logs, e.g. `13 front-end–front-end` or `tls`. */
  readonly name: string;
  /** Who opened the connection: `inbound` means the peer dialled us. */
  readonly direction: 'inbound' | 'outbound';
  /** Our interface: `internal`, `external`, or the caller's own word. Anchors may be limited to interfaces. */
  readonly interface: string;
  /** Which extended key usage the peer's certificate needs: `server` (serverAuth) or `client` (clientAuth). */
  readonly purpose: 'server' | 'client';
  /** Our own FQDN, where it matters for authorisation. */
  readonly local?: string;
}

/**
 * Which name the peer must have, and by which rules it is looked for.
 *
 * - `sip-domain`: RFC 5922 §7 (clients of a SIP domain, federation).
 * - `host`: one exact host, as dNSName or as the host of a `sip:` URI (internal hops, pinned servers).
 * - `https`: RFC 9525, wildcards in the left-most label included; an IP address is matched against iPAddress.
 * - `service`: any one of an exact allow list of DNS names or URIs (SPIFFE IDs included).
 * - `inbound`: nobody was asked for by name; stage 4 yields every identity and `authorise` decides.
 */
export type IdentityExpectation =
  | { readonly mode: 'sip-domain'; readonly domain: string }
  | { readonly mode: 'host'; readonly name: string }
  | { readonly mode: 'https'; readonly name: string }
  | { readonly mode: 'service'; readonly allowed: readonly string[] }
  | { readonly mode: 'inbound' };
