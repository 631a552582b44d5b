import { type ParameterValue, SipUri } from '@entente/sip';

/** Where peers reach this server: a name that its certificate has, and the port of the listener that is meant for them. */
export interface OwnAddress {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * A URI at this server that somebody else will follow: a Record-Route or Path entry, or a Contact. It names the port and the transport,
 * because a client resolves a bare `sip:` host to UDP; in a `sips` URI TLS is implied, and no transport parameter is written.
 * @param address - ours, as the peer that gets the URI reaches it
 * @param parts - `user` is the token or sealed text; `parameters` stand after `transport`
 * @see RFC 3263 §4.1, RFC 5630 §3.1.3
 */
export function uriAt(
  { host, port }: OwnAddress,
  parts: {
    readonly scheme: 'sip' | 'sips';
    readonly user: string;
    readonly parameters?: Readonly<Record<string, ParameterValue>>;
  },
): SipUri {
  const { scheme, user } = parts;
  const parameters = scheme === 'sips' ? parts.parameters : { transport: 'tls', ...parts.parameters };
  return SipUri.from({ scheme, user, host, port, ...(parameters !== undefined && { parameters }) });
}
