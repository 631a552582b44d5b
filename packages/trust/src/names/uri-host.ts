/**
 * The host of a URI of a certificate: the authority of hierarchical URIs, the host of `sip:` and `sips:` URIs.
 *
 * @param uri - as it stood in the certificate
 * @returns the host as written (brackets of IPv6 kept), or undefined where the URI has none
 * @see RFC 3986 §3.2, RFC 3261 §19.1.1
 */
export function uriHost(uri: string): string | undefined {
  const colon = uri.indexOf(':');
  if (colon <= 0) return undefined;
  const scheme = uri.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return sipHost(uri, colon + 1);
  if (!uri.startsWith('//', colon + 1)) return undefined;
  const start = colon + 3;
  const end = firstOf(uri, '/?#', start);
  const at = uri.slice(start, end).lastIndexOf('@');
  return withoutPort(uri, start + at + 1, end);
}

/** The parts of a `sip:` URI that identities need. */
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
  if (colon !== 3 && colon !== 4) return undefined;
  const scheme = uri.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const host = sipHost(uri, colon + 1);
  if (host === undefined) return undefined;
  return { secure: scheme === 'sips', hasUser: uri.indexOf('@', colon + 1) !== -1, host };
}

function sipHost(uri: string, from: number): string | undefined {
  // The user part may hold ';' and '?', so the last '@' decides before parameters and headers are cut off.
  const start = Math.max(from, uri.lastIndexOf('@') + 1);
  return withoutPort(uri, start, firstOf(uri, ';?', start));
}

/** The host in `uri` from `start` to `end`, which may end with a port. */
function withoutPort(uri: string, start: number, end: number): string | undefined {
  const bracket = uri.charCodeAt(start) === 0x5b ? uri.indexOf(']', start) : -1;
  if (bracket > start && bracket < end) return uri.slice(start, bracket + 1);
  const colon = uri.indexOf(':', start);
  const host = uri.slice(start, colon === -1 || colon > end ? end : colon);
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
