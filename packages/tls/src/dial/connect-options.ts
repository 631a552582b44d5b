import type { DaneExpectation, IdentityExpectation, LinkContext } from '@entente/trust';
import type { Credential } from '../credential/credential.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Allow } from '../trust/allow.ts';
import type { Trust } from '../trust/trust.ts';

/** A name that can be asked for when dialling; `inbound` is for listeners only. */
export type AskedName = Exclude<IdentityExpectation, { readonly mode: 'inbound' }>;

/** What every outbound connection needs, whoever dials. */
export interface OutboundOptions {
  /** The trust state that the server is judged by. */
  readonly trust: Trust;
  /** Who we are, where the server asks for a certificate. */
  readonly identity?: Credential;
  /** Which servers may answer: exact names, or a function. Required, so that it cannot be forgotten. */
  readonly allow: Allow;
  /** How the link is called, and on which interface it is; default `{ name: 'tls', interface: 'external' }`. */
  readonly link?: Partial<LinkContext>;
  /** Default `TLSv1.3`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** Milliseconds from the first packet to the verdict. Default 10,000. */
  readonly timeoutMs?: number;
  /**
   * A server that closes within this many milliseconds after the handshake, and has sent nothing, has refused us: TLS 1.3
   * tells a client no other way. Default 5,000.
   */
  readonly refusalWindowMs?: number;
  /** Told of every refusal, ours and the server's. */
  readonly onRefusal?: (refusal: ConnectionRefusal) => void;
}

/** Options of `connect`. */
export interface ConnectOptions extends OutboundOptions {
  /** Address or name to dial. It is not what the certificate is checked for: that is `expect`. */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
  /** The name that was asked for, and how it must be found in the certificate. */
  readonly expect: AskedName;
  /** TLSA records of the server, validated by DNSSEC: they can refuse (`dane-mismatch`), and spare no other check. */
  readonly dane?: DaneExpectation;
  /** Protocols offered by ALPN, best first. */
  readonly alpn?: readonly string[];
  /** Local address to dial from. */
  readonly localAddress?: string;
  /** Gives up when it aborts; has no effect on a connection that is established. */
  readonly signal?: AbortSignal;
}
