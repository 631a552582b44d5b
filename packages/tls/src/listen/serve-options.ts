import type { IdentityExpectation } from '@entente/trust';
import type { IdentitySource } from '../credential/credential.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Allow } from '../trust/allow.ts';
import type { IgnoreUnknownIssuer } from '../trust/ignored-certificate.ts';
import type { LinkOptions } from '../trust/link.ts';
import type { Trust } from '../trust/trust.ts';

/**
 * Bounds on what peers can make a listener do before they are admitted. None can be turned off. Connections from one /64 of IPv6
 * count as from one address, an IPv4 address mapped into IPv6 as that address.
 */
export interface ServeLimits {
  /** Open connections at once, 1 to 1,000,000. Default 100,000. */
  readonly maxConnections?: number;
  /** Of these, from one address, 1 to 1,000,000; more are refused before the handshake. Default 1,000. */
  readonly maxConnectionsPerAddress?: number;
  /**
   * Of these, from one peer that has proven who it is, 1 to 1,000,000; more are refused after the handshake. A server that the topology names
   * counts as one, whatever certificate it shows; anybody else counts by certificate. Default: no bound of its own.
   */
  readonly maxConnectionsPerPeer?: number;
  /**
   * Octets of the certificates that one such peer may have presented on its open connections together, 1 to 1,073,741,824: each connection keeps what
   * was presented on it, some ten to twenty times as large as it was sent. More are refused after the handshake. Default: no bound of its own.
   */
  readonly maxCertificateBytesPerPeer?: number;
  /** Connections at once without a verdict, 1 to 1,000,000. Default 5,000. */
  readonly maxPending?: number;
  /** Of these, from one address, 1 to 1,000,000. Default 500. */
  readonly maxPendingPerAddress?: number;
  /**
   * Whose turn it is to go where a further connection is one too many without a verdict. `close-silent` is for listeners that outsiders reach:
   * those from which nothing has come are first, then one of the address that has most, for a newcomer from an address that has fewer; one that
   * has not ended its handshake three seconds after it began goes too. A handshake that gets on is not ended for a newcomer from an address that
   * has as many, so that all clients may come at once. It also makes room where all open connections, or those of the address, are too many. With
   * `close-oldest` the oldest goes, from whatever address: many peers would close those whose handshakes are nearly done. Default `refuse-newest`.
   */
  readonly whenPendingIsFull?: 'refuse-newest' | 'close-oldest' | 'close-silent';
  /**
   * Whose turn it is to go where open connections are many. `close-unproven` is for listeners whose clients without a certificate say with
   * `keepPlace` that they have proven who they are: once half of the places are taken, or all of them, one that has proven nothing gives its place
   * to the next one, the oldest of the address that has most of them. So that it does so only for a client that has ended its handshake, up to 512
   * handshakes more, and at most as many as there are places, may be under way. `close-most` is for listeners whose clients prove nothing: only
   * where all places are taken, and the handshake of the newcomer has ended, the oldest of the address that has most goes, so that what others read
   * for long is not broken off. Default `refuse-newest`, when all are taken.
   */
  readonly whenPlacesAreShort?: 'refuse-newest' | 'close-unproven' | 'close-most';
  /** Milliseconds from the accepted connection to the end of the handshake, 1 to 120,000. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** Milliseconds for fetching revocation knowledge before the verdict, 1 to 120,000. Default 5,000. */
  readonly verdictTimeoutMs?: number;
  /** Milliseconds in which open connections can end by themselves when the listener closes, 0 to 600,000. Default 2,000. */
  readonly drainTimeoutMs?: number;
}

/** Settings of HTTP: the first three with `node:https`, the last with `node:http2`. */
export interface HttpSettings {
  /** Greatest size of a request's header, in bytes, 1 to 1,048,576. Default Node's 16,384. */
  readonly maxHeaderBytes?: number;
  /** Milliseconds for one whole request, 1 to 3,600,000. Default Node's 300,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for which an idle connection is kept, 1 to 3,600,000. Default Node's 5,000. */
  readonly keepAliveTimeoutMs?: number;
  /** Also accept HTTP/1.1. Default false. */
  readonly http1Fallback?: boolean;
}

/** Options of every listener. */
export interface ListenOptions {
  /** The trust state that clients are judged by. */
  readonly trust: Trust;
  /** What to present. */
  readonly identity: IdentitySource;
  /** Address to listen on. Default: every address of the machine. */
  readonly host?: string;
  /** Port, 0 to 65535; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** Closes the listener when it aborts. */
  readonly signal?: AbortSignal;
  /** Bounds on what peers can make it do; each that is left out has its default. */
  readonly limits?: ServeLimits;
  /** Settings for `node:https` and `node:http2`; each that is left out has its default. */
  readonly http?: HttpSettings;
  /** Protocols accepted by ALPN, most preferred first. Default: those of the module. */
  readonly alpn?: readonly string[];
  /**
   * Lowest protocol version. Default `TLSv1.3`. With `TLSv1.2` renegotiation is off, and of its cipher suites those with forward secrecy and authenticated
   * encryption are accepted (RFC 9325 §4.2).
   */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Name of the link, and which interface it is on; default `{ name: 'tls', interface: 'external' }`. */
  readonly link?: LinkOptions;
  /**
   * Called for every refusal: by a limit, by the verdict, by the client, and of a handshake that fails (`handshake-failed`). A client that goes
   * away by itself before its handshake has ended is refused by nobody.
   */
  readonly onRefusal?: (refusal: ConnectionRefusal) => void;
  /**
   * Called when `allow`, `onRefusal` or the judge has thrown, a promise of `onRefusal` is rejected, or `allow` has given an answer that is none, such as a promise; the connection is
   * closed all the same.
   *
   * Also called with what the handler throws, or a promise that it returns is rejected with: its request is answered 500, its socket closed.
   *
   * Also called with `ENTENTE_CERTIFICATE_NOT_VALID`, once at the start and once for each replacement, where what is presented is not valid
   * now; the listener listens all the same.
   *
   * Without it each of them is a warning of the process, once for each fault; so is what it throws itself.
   */
  readonly onFault?: (fault: unknown) => void;
  /**
   * File to which the secrets of every connection are appended, for a protocol analyser. Anyone who can read it can decrypt the
   * traffic. The environment variable SSLKEYLOGFILE alone does nothing.
   */
  readonly keyLogFile?: string;
}

/** Options of a listener that asks for client certificates: `allow` has no default. */
export interface MutualServeOptions extends ListenOptions {
  /**
   * `required`: a client without certificate is refused. `optional`: it is admitted without a name; a certificate that is
   * presented and fails is refused, never treated as absent, but for what `ignoreUnknownIssuer` allows. Default `required`.
   */
  readonly clientCertificate?: 'required' | 'optional';
  /**
   * Only where `clientCertificate` is `optional`. Asked where no anchor vouches for the certificate that a client has presented (`unknown-issuer`),
   * with the names that it claims: after true the client is admitted without a name, as if it had presented none, and its `Peer` says with what the
   * certificate was refused (`ignored`). For clients that are known by something else than a certificate, and present one wherever they are asked
   * for one: telephones that of their maker. One of more than 8,192 octets, with its chain, is refused without asking, and so is every certificate
   * that an anchor vouches for and that fails. Say false where the names are those of a server, so that a server whose certificate comes from the wrong
   * authority learns of it. Default: each is refused.
   */
  readonly ignoreUnknownIssuer?: IgnoreUnknownIssuer;
  /** Which clients may connect. */
  readonly allow: Allow;
  /** How the client's names are checked. Default `{ mode: 'inbound' }`: `allow` decides by all of them. */
  readonly expect?: IdentityExpectation;
}

/** Options of a listener that never asks for a client certificate, and so may resume sessions. */
export interface PlainServeOptions extends ListenOptions {
  /** No client is asked for a certificate, and each is admitted without a name. */
  readonly clientCertificate: 'none';
  /** Absent: clients without certificates have no names to decide by. */
  readonly allow?: undefined;
  /** Absent: no client presents a certificate. */
  readonly ignoreUnknownIssuer?: undefined;
  /** Absent: clients without certificates have no names to check. */
  readonly expect?: undefined;
}

// The compiler reports a missing option by the intersection, which is the usual case.
/** Options of `serve`. */
export type ServeOptions = (ListenOptions & MutualServeOptions) | PlainServeOptions;
