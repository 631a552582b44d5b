/**
 * Takes the host out of a URI of a certificate: the authority of hierarchical URIs, the host of `sip:` and `sips:` URIs.
 *
 * @param uri - as it stood in the certificate
 * @returns the host as written (brackets of IPv6 kept), or undefined where the URI has none
 * @see RFC 3986 §3.2, RFC 3261 §19.1.1
 */
export function uriHost(uri: string): string | undefined {
  const colon = uri.indexOf(':');
  if (colon <= 0) return undefined;
  const scheme = uri.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return withoutPort(sipHostPort(uri.slice(colon + 1)));
  if (!uri.startsWith('//', colon + 1)) return undefined;
  const start = colon + 3;
  const end = firstOf(uri, '/?#', start);
  const authority = uri.slice(start, end);
  return withoutPort(authority.slice(authority.lastIndexOf('@') + 1));
}

/** A `sip:` URI taken apart as far as identities need it. */
export interface SipUri {
  readonly secure: boolean;
  readonly hasUser: boolean;
  readonly host: string;
}

/**
 * Reads a `sip:` or `sips:` URI of a certificate.
 *
 * @returns its parts, or undefined for other schemes and for URIs without host
 * @see RFC 5922 §7.1
 */
export function sipUri(uri: string): SipUri | undefined {
  const colon = uri.indexOf(':');
  const scheme = colon <= 0 ? '' : uri.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const rest = uri.slice(colon + 1);
  const host = withoutPort(sipHostPort(rest));
  return host === undefined ? undefined : { secure: scheme === 'sips', hasUser: rest.includes('@'), host };
}

function sipHostPort(rest: string): string {
  // The user part may hold ';' and '?', so the last '@' decides before parameters and headers are cut off.
  const at = rest.lastIndexOf('@');
  const hostAndMore = rest.slice(at + 1);
  return hostAndMore.slice(0, firstOf(hostAndMore, ';?', 0));
}

function withoutPort(hostPort: string): string | undefined {
  const bracket = hostPort.startsWith('[') ? hostPort.indexOf(']') : -1;
  const host = bracket > 0 ? hostPort.slice(0, bracket + 1) : hostPort.slice(0, firstOf(hostPort, ':', 0));
  return host === '' ? undefined : host;
}

function firstOf(text: string, stops: string, from: number): number {
  let first = text.length;
  for (let index = 0; index < stops.length; index++) {
    const at = text.indexOf(stops[index]!, from);
    if (at !== -1 && at < first) first = at;
  }
  return first;
}
