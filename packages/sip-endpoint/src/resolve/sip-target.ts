import type { SipUri } from '@entente/sip';

/** What a SIP URI says about where it leads. */
export interface SipTarget {
  /** Domain, host name, or address without brackets. */
  readonly host: string;
  /** 1 to 65535; none where the URI names none. */
  readonly port?: number | undefined;
  /** Scheme of the URI: `sips` allows nothing but TLS (RFC 3263 §4.1). */
  readonly scheme: 'sip' | 'sips';
  /** Parameter `transport`, in any case. */
  readonly transport?: string | undefined;
}

/**
 * Reads where a URI leads. The identity to expect there stays that of its host, also where `maddr` names another one.
 * @param uri - of the next hop: the first Route value, or else the Request-URI
 * @see RFC 3263 §4
 */
export function sipTarget(uri: SipUri): SipTarget {
  const { parameters, port, scheme } = uri;
  const host = (parameters.get('maddr') ?? uri.host).toLowerCase();
  return { host: host.replace(/^\[|\]$/g, ''), port, scheme, transport: parameters.get('transport') };
}
