import type { Socket } from 'node:net';
import type { DaneExpectation, IdentityExpectation } from '@entente/trust';
import type { IdentitySource } from '../credential/credential.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Allow } from '../trust/allow.ts';
import type { LinkOptions } from '../trust/link.ts';
import type { Trust } from '../trust/trust.ts';

/** A name that a caller can expect when dialling; `inbound` is for listeners only. */
export type AskedName = Exclude<IdentityExpectation, { readonly mode: 'inbound' }>;

/** Options of every outbound connection: of `connect` and of the HTTP clients. */
export interface OutboundOptions {
  /** The trust state that the server is judged by. */
  readonly trust: Trust;
  /** What to present where the server asks for a certificate. Default: none. */
  readonly identity?: IdentitySource;
  /** Which servers may answer: exact names, or a function. Has no default, so that a caller cannot forget it. */
  readonly allow: Allow;
  /** Name of the link, and which interface it is on; default `{ name: 'tls', interface: 'external' }`. */
  readonly link?: LinkOptions;
  /** Lowest protocol version. Default `TLSv1.3`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /**
   * Milliseconds from the first packet to the verdict, 1 to 600,000. Default 10,000. Where revocation knowledge is still being fetched by then
   * the verdict is given without it, at most one second later.
   */
  readonly timeoutMs?: number;
  /**
   * A server that closes within this many milliseconds after the handshake without having sent a byte counts as refusing: with
   * TLS 1.3 the handshake of a client ends before the server has judged its certificate (RFC 8446 §2). 1 to 600,000; default 5,000.
   * From the first byte of the server on nothing counts as a refusal. Where this side has sent something by then, the server may as well have
   * admitted it and ended what was sent: `sent` of the rejection is true, and its sentence says both.
   */
  readonly refusalWindowMs?: number;
  /**
   * Called for every refusal, by this side or by the server. What it throws, or a promise of it is rejected with, is a warning of the process,
   * once for each fault: the refusal stays what it is.
   */
  readonly onRefusal?: (refusal: ConnectionRefusal) => void;
}

/** Where nothing is said: milliseconds from the first packet to the verdict. */
export const defaultTimeoutMs = 10_000;

/** Options of `connect`. */
export interface ConnectOptions extends OutboundOptions {
  /** Address or name to dial. The certificate is not checked against it, but against `expect`. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** The name that the server must have, and how it is looked for in the certificate. */
  readonly expect: AskedName;
  /** TLSA records of the server, validated by DNSSEC (RFC 6698): they can refuse (`dane-mismatch`), and replace no other check. */
  readonly dane?: DaneExpectation;
  /** Protocols offered by ALPN, most preferred first. */
  readonly alpn?: readonly string[];
  /** Local address to dial from. */
  readonly localAddress?: string;
  /**
   * A TCP connection to that place that is open already, for protocols that agree on TLS in clear text first: the handshake begins on it
   * at once, and it is destroyed where the server is refused. What was read from it before must not count. Default: one is dialled.
   */
  readonly over?: Socket;
  /** Gives up when it aborts; has no effect on a connection that is established. */
  readonly signal?: AbortSignal;
}

/** Options of `trustedStream`. */
export interface StreamOptions extends Omit<ConnectOptions, 'over' | 'signal'> {
  /**
   * Agrees with the server on TLS in clear text, on a TCP connection that is open, for protocols that begin without TLS; `postgresTls` does it
   * for PostgreSQL. It pauses the socket before it resolves. What it has read must not count. Default: TLS begins at once.
   */
  readonly agree?: (socket: Socket) => Promise<void>;
}
