import type { PeerIdentity, Rejection, TrustVerdict } from '@entente/trust';
import { below } from './underlying-socket.ts';

/** A verdict that trusts. */
export type TrustedVerdict = Extract<TrustVerdict, { trusted: true }>;
/** A verdict that refuses. */
export type RefusedVerdict = Extract<TrustVerdict, { trusted: false }>;

/** What the handshake negotiated. */
export interface Protection {
  /** `MTLS`: both sides have proven who they are. `TLS`: only the server has. */
  readonly protection: 'TLS' | 'MTLS';
  /** `TLSv1.3` or `TLSv1.2`. */
  readonly protocol: string;
  /** Name of the cipher suite, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Protocol negotiated by ALPN. */
  readonly alpn: string | undefined;
}

/**
 * The peer of a connection under a verdict; `peer` is undefined for a client that presented no certificate, or one that was ignored: then `ignored`
 * says what it was refused with.
 */
export type Peer = Protection &
  (
    | { readonly peer: PeerIdentity; readonly verdict: TrustedVerdict; readonly ignored?: undefined }
    | { readonly peer: undefined; readonly verdict: undefined; readonly ignored?: Rejection | undefined }
  );

/**
 * A symbol of the global registry: another installed copy of this package finds it too. `node:http2` gives out a proxy for its
 * socket, which passes the symbol through, where a WeakMap would not find it.
 */
const peerKey = Symbol.for('@entente/tls.peer');

interface Carrier {
  [peerKey]?: Peer;
}

/**
 * Gives the peer of a connection.
 *
 * @param from - a socket, a stream of `trustedStream`, a request (`node:https`, `node:http2`), an HTTP/2 stream or session
 * @returns the peer as last judged; undefined for a connection that this package has not admitted
 */
export function peerOf(from: object | null | undefined): Peer | undefined {
  return below<Peer>(from, peerKey);
}

// Field by field: Node 20 gives each copy by spread a hidden class of its own, and what reads many of them is slow from then on.

/** @internal The peer of a connection under a verdict. */
export function peerUnder(
  { protection, protocol, cipher, alpn }: Protection,
  verdict: TrustedVerdict,
): Peer & { readonly verdict: TrustedVerdict } {
  return { protection, protocol, cipher, alpn, peer: verdict.peer, verdict };
}

/** @internal A client that has presented no certificate, or one that was ignored. */
export function peerWithout({ protocol, cipher, alpn }: Protection, ignored?: Rejection): Peer {
  return { protection: 'TLS', protocol, cipher, alpn, peer: undefined, verdict: undefined, ignored };
}

/** @internal */
export function setPeer(socket: object, peer: Peer): void {
  (socket as Carrier)[peerKey] = peer;
}
