import { type ParameterValue, SipUri } from '@entente/sip';

/** Where peers reach this server: a name that it answers to, and the port of the listener that is meant for them. */
export interface OwnAddress {
  /** Its own name, or that of its pool. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** FQDN of this server, where `host` is its pool: servers that follow the entry begin with it, and any other member does as well. */
  readonly member?: string;
}

/** Of an entry that names a pool: the member that wrote it. */
export const memberParameter = 'member';

/** What the URIs of one address have in common: mostly the next one is at the same. */
interface Without {
  readonly host: string;
  readonly member: string | undefined;
  readonly parameters: Readonly<Record<string, ParameterValue>> | undefined;
  /** Without a user. */
  readonly uri: SipUri;
}

let last: Without | undefined;

/**
 * A URI at this server that somebody else will follow: a Record-Route or Path entry, or a Contact. It names the port and the transport,
 * because a client resolves a bare `sip:` host to UDP; in a `sips` URI TLS is implied, and no transport parameter is written.
 * @param address - ours, as the peer that gets the URI reaches it
 * @param parts - `user` is the token or sealed text; `parameters` stand after `transport`
 * @see RFC 3263 §4.1, RFC 5630 §3.1.3
 */
export function uriAt(
  { host, member, port }: OwnAddress,
  parts: {
    readonly scheme: 'sip' | 'sips';
    readonly user: string;
    readonly parameters?: Readonly<Record<string, ParameterValue>>;
  },
): SipUri {
  const { parameters, scheme, user } = parts;
  if (
    last === undefined ||
    last.uri.port !== port ||
    last.host !== host ||
    last.member !== member ||
    last.parameters !== parameters ||
    last.uri.scheme !== scheme
  ) {
    const own = member === undefined ? parameters : { ...parameters, [memberParameter]: member };
    const all = scheme === 'sips' ? own : { transport: 'tls', ...own };
    const uri = SipUri.from({ scheme, host, port, ...(all !== undefined && { parameters: all }) });
    last = { host, member, parameters, uri };
  }
  return last.uri.with({ user });
}
