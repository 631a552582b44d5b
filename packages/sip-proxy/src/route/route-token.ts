import { NameAddr, SipUri, type Uri } from '@entente/sip';
import { openToken, sealToken } from './token.ts';

/**
 * What our own Route or Path entry says when it comes back. The runtime chooses the flow names; they must be unguessable
 * or at least never reused, for a name that means another connection later would deliver to a stranger.
 */
export interface RouteToken {
  /** FQDN of the server that holds the flow: the entry may name a whole pool. */
  readonly server: string;
  /** The client connection behind this server; the empty text where there is none. */
  readonly flow: string;
  /** Where both ends of a dialog are clients of this server: the other one's connection. */
  readonly otherFlow: string;
  /** The foreign domain this dialog may be carried on to; the empty text for none. */
  readonly outside: string;
}

const purpose = 'route';

/**
 * Makes the URI of a Record-Route or Path entry that only we can have made.
 * @param host - our name as peers reach us: the pool for Record-Route, our own FQDN for Path
 * @param token - what it shall say when it returns
 * @param options - `key` at least 32 secret bytes; `port` where it is not the default; `scheme` `sips` for
 *   requests that came with one; `outbound` adds `ob` (RFC 5626 §5.1)
 */
export function createRouteUri(
  host: string,
  token: Partial<RouteToken>,
  options: {
    readonly key: Uint8Array;
    readonly port?: number | undefined;
    readonly scheme?: 'sip' | 'sips';
    readonly outbound?: boolean;
  },
): SipUri {
  const { server = '', flow = '', otherFlow = '', outside = '' } = token;
  return SipUri.from({
    user: sealToken(purpose, [server, flow, otherFlow, outside], options.key),
    host,
    scheme: options.scheme ?? 'sip',
    port: options.port,
    parameters: options.outbound === true ? { lr: true, ob: true } : { lr: true },
  });
}

/** The same as a header field value: `<sip:token@host;lr>`. */
export function createRouteEntry(
  host: string,
  token: Partial<RouteToken>,
  options: Parameters<typeof createRouteUri>[2],
): NameAddr {
  return NameAddr.from({ uri: createRouteUri(host, token, options) });
}

/**
 * Reads the token of a Route entry that names us.
 * @returns undefined where the URI has none that this key made
 */
export function readRouteToken(uri: Uri, key: Uint8Array): RouteToken | undefined {
  if (uri.kind !== 'sip' || uri.rawUser === undefined) return undefined;
  const fields = openToken(purpose, uri.rawUser, key);
  if (fields === undefined || fields.length !== 4) return undefined;
  return { server: fields[0]!, flow: fields[1]!, otherFlow: fields[2]!, outside: fields[3]! };
}
