import { channel } from 'node:diagnostics_channel';
import type { TLSSocket } from 'node:tls';
import type { Reason } from '@entente/trust';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import { peerOf } from '../trust/peer.ts';

/** What a subscriber of `entente:tls:verdict` gets: once for each connection that was judged, and again where it no longer passes. */
export interface VerdictEvent {
  /** Whether the connection may be used. False also for one that was open and no longer passes. */
  readonly admitted: boolean;
  /** Why it was refused. */
  readonly reason: Reason | undefined;
  /** When it was refused, as in `ConnectionRefusal`. */
  readonly when: ConnectionRefusal['when'] | undefined;
  /** Who opened the connection: `inbound` means the peer. */
  readonly direction: 'inbound' | 'outbound';
  /** Name of the link. */
  readonly link: string;
  /** FQDN of the server that the peer has proven to be. */
  readonly server: string | undefined;
  /** `MTLS` or `TLS`; undefined where it was refused. */
  readonly protection: string | undefined;
  /** IP address of the peer; undefined where the socket had closed before. */
  readonly remoteAddress: string | undefined;
}

/** What a subscriber of `entente:tls:closed` gets, of a connection that had been admitted. */
export interface ClosedEvent {
  /** FQDN of the server that the peer has proven to be. */
  readonly server: string | undefined;
  /** Milliseconds since it was admitted. */
  readonly openMs: number;
  /** Bytes of application data that the peer has sent, without what TLS adds. */
  readonly bytesRead: number;
  /** Bytes of application data that this side has sent, without what TLS adds. */
  readonly bytesWritten: number;
}

const verdicts = channel('entente:tls:verdict');
const closed = channel('entente:tls:closed');

/** Tells subscribers of a connection that was admitted. */
export function tellAdmitted(socket: TLSSocket, direction: VerdictEvent['direction'], link: string): void {
  if (!verdicts.hasSubscribers) return;
  const peer = peerOf(socket);
  const event: VerdictEvent = {
    admitted: true,
    reason: undefined,
    when: undefined,
    direction,
    link,
    server: peer?.peer?.server,
    protection: peer?.protection,
    remoteAddress: socket.remoteAddress,
  };
  verdicts.publish(event);
}

/** Tells subscribers of a connection that was refused. */
export function tellRefused(refusal: ConnectionRefusal, direction: VerdictEvent['direction']): void {
  if (!verdicts.hasSubscribers) return;
  const { link, peer, rejection, remoteAddress, when } = refusal;
  const event: VerdictEvent = {
    admitted: false,
    reason: rejection.reason,
    when,
    direction,
    link: link.name,
    server: peer?.server,
    protection: undefined,
    remoteAddress,
  };
  verdicts.publish(event);
}

/**
 * Tells subscribers of the end of a connection.
 * @param socket - closed, and admitted before
 * @param admittedAt - of `performance.now`
 */
export function tellClosed(socket: TLSSocket, admittedAt: number): void {
  if (!closed.hasSubscribers) return;
  const { bytesRead, bytesWritten } = socket;
  const openMs = performance.now() - admittedAt;
  const event: ClosedEvent = { server: peerOf(socket)?.peer?.server, openMs, bytesRead, bytesWritten };
  closed.publish(event);
}
