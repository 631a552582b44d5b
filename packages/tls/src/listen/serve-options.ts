import type { IdentityExpectation, LinkContext } from '@entente/trust';
import type { Credential } from '../credential/credential.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Allow } from '../trust/allow.ts';
import type { Trust } from '../trust/trust.ts';

/**
 * Bounds on what strangers can make a listener do. None can be turned off. Connections from one /64 of IPv6 count as from one
 * address, an IPv4 address mapped into IPv6 as that address.
 */
export interface ServeLimits {
  /** Open connections at once, 1 to 1,000,000. Default 100,000. */
  readonly maxConnections?: number;
  /** The same, from one address; refused before the handshake. Default 1,000. */
  readonly maxConnectionsPerAddress?: number;
  /** Connections at once that have no verdict yet, 1 to 1,000,000. Default 5,000. */
  readonly maxPending?: number;
  /** The same, from one address. Default 500. */
  readonly maxPendingPerAddress?: number;
  /** Milliseconds from the first byte to the end of the handshake, 1 to 120,000. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** Milliseconds that revocation knowledge may take to be fetched before the verdict, 1 to 120,000. Default 5,000. */
  readonly verdictTimeoutMs?: number;
  /** Milliseconds that open connections get to end by themselves when the server closes, 0 to 600,000. Default 2,000. */
  readonly drainTimeoutMs?: number;
}

/** Settings of the HTTP side; only with `node:https` and `node:http2`. */
export interface HttpSettings {
  /** Greatest size of a request's header in bytes. Default Node's 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Milliseconds for one whole request. Default Node's 300,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds an idle connection is kept. Default Node's 5,000. */
  readonly keepAliveTimeoutMs?: number;
  /** With `node:http2`: also speak HTTP/1.1 to clients that ask for it. Default false. */
  readonly http1Fallback?: boolean;
}

/** What every listener needs. */
export interface ListenOptions {
  /** The trust state that clients are judged by. */
  readonly trust: Trust;
  /** Who we are. */
  readonly identity: Credential;
  /** Address to listen on. Default: every address. */
  readonly host?: string;
  /** Port; 0 takes a free one. Default 0. */
  readonly port?: number;
  /** Closes the server when it aborts. */
  readonly signal?: AbortSignal;
  readonly limits?: ServeLimits;
  readonly http?: HttpSettings;
  /** Protocols offered by ALPN, best first. Default: by the module. */
  readonly alpn?: readonly string[];
  /** Default `TLSv1.3`. With `TLSv1.2` renegotiation is off. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** How the link is called, and on which interface it is; default `{ name: 'tls', interface: 'external' }`. */
  readonly link?: Partial<LinkContext>;
  /** Told of every refusal. */
  readonly onRefusal?: (refusal: ConnectionRefusal) => void;
  /**
   * Told when `allow` or the judge has thrown; the connection is closed already. Without it the fault is thrown, and ends the
   * process like any other that nobody handles.
   */
  readonly onFault?: (fault: unknown) => void;
  /**
   * File to which the secrets of every connection are appended, for a protocol analyser. Whoever reads it reads the traffic.
   * The environment variable SSLKEYLOGFILE alone does nothing.
   */
  readonly keyLogFile?: string;
}

/** A listener that asks for client certificates: who may pass must be said. */
export interface MutualServeOptions extends ListenOptions {
  /**
   * `required`: no certificate, no connection. `optional`: one port for both kinds; a certificate that is shown and fails is
   * refused, never treated as absent. Default `required`.
   */
  readonly clientCertificate?: 'required' | 'optional';
  /** Who may connect. */
  readonly allow: Allow;
  /** How the client's names are looked for. Default `{ mode: 'inbound' }`: `allow` decides over all of them. */
  readonly expect?: IdentityExpectation;
}

/** A listener that never asks for a client certificate, and therefore may resume sessions. */
export interface PlainServeOptions extends ListenOptions {
  readonly clientCertificate: 'none';
  readonly allow?: undefined;
  readonly expect?: undefined;
}

/** Options of `serve`. */
export type ServeOptions = MutualServeOptions | PlainServeOptions;
