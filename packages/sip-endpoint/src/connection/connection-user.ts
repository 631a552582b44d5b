import type { MessageFault, PlainRequest, SipRequest, SipResponse } from '@entente/sip';
import type { GivenUp } from './close-reason.ts';
import type { HeldUp } from './read-pause-reason.ts';

/** The row of the allow matrix that a connection stands on, and what it is called in logs. */
export interface ConnectionLink {
  /** Number of the row, 1 to 20; 0 where none applies, as at a user agent. */
  readonly row: number;
  /** Stable text for logs and metrics, for example `1` or `SIP`. */
  readonly name: string;
}

/** Who takes what a connection brings. */
export interface ConnectionUser<Connection> {
  /** Whether {@link glance} is to be asked: there is more to do than this process can. */
  readonly glances: boolean;
  /**
   * A request has come that nobody has read.
   * @returns true where it is done with
   */
  glance(request: PlainRequest, connection: Connection): boolean;
  onRequest(request: SipRequest, connection: Connection): void;
  onResponse(response: SipResponse, connection: Connection): void;
  /** A message was refused as malformed; it has been answered, and the connection is closed if framing is lost. */
  onMalformed(fault: MessageFault, connection: Connection): void;
  /** The peer has answered a ping (RFC 5626 §4.4.1). */
  onPong(connection: Connection): void;
  /** The peer is not read from for a moment, for what it sends. */
  onHeldUp(why: HeldUp, connection: Connection): void;
  /** The connection is about to be closed, for what the peer alone has done. */
  onGivenUp(why: GivenUp, connection: Connection): void;
  onClosed(connection: Connection): void;
}
