import { NameAddr, type SipUri, type Uri } from '@entente/sip';
import { type OwnAddress, uriAt } from './own-address.ts';
import { openToken, sealToken } from './token.ts';

/**
 * What our own Route or Path entry says when it comes back. The runtime chooses the flow names; they must be unguessable
 * or at least never reused, for a name that means another connection later would deliver to another peer.
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
 * @param address - where the peer that gets the entry reaches us
 * @param token - what it says when it returns
 * @param options - `key` at least 32 secret bytes; `scheme` `sips` for requests that came with one; `outbound` adds `ob`
 *   (RFC 5626 §5.1)
 */
export function createRouteUri(
  address: OwnAddress,
  token: Partial<RouteToken>,
  options: {
    readonly key: Uint8Array;
    readonly scheme?: 'sip' | 'sips';
    readonly outbound?: boolean;
  },
): SipUri {
  const { server = '', flow = '', otherFlow = '', outside = '' } = token;
  return uriAt(address, {
    user: sealToken(purpose, [server, flow, otherFlow, outside], options.key),
    scheme: options.scheme ?? 'sip',
    parameters: options.outbound === true ? { lr: true, ob: true } : { lr: true },
  });
}

/** The same as a header field value: `<sip:token@host:5061;transport=tls;lr>`. */
export function createRouteEntry(
  address: OwnAddress,
  token: Partial<RouteToken>,
  options: Parameters<typeof createRouteUri>[2],
): NameAddr {
  return NameAddr.from({ uri: createRouteUri(address, token, options) });
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
