/**
 * The name that the peer must have, and the rules by which it is compared.
 *
 * - `sip-domain`: RFC 5922 §7 (clients of a SIP domain, federation).
 * - `host`: one exact host, as dNSName or as the host of a `sip:` URI (internal hops, pinned servers).
 * - `https`: RFC 9525, wildcards in the left-most label included; an IP address is matched against iPAddress.
 * - `service`: any one of an exact allow list of DNS names, URIs (SPIFFE IDs included) or IP addresses.
 * - `inbound`: no name is expected; stage 4 yields every identity and `authorise` decides.
 */
export type IdentityExpectation =
  | { readonly mode: 'sip-domain'; readonly domain: string }
  | { readonly mode: 'host'; readonly name: string }
  | { readonly mode: 'https'; readonly name: string }
  | { readonly mode: 'service'; readonly allowed: readonly string[] }
  | { readonly mode: 'inbound' };
