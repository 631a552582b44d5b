import type { MessageFault, SipRequest, Timings } from '@entente/sip';
import type { MessageBudget } from './budget/message-budget.ts';
import type { GivenUp } from './connection/close-reason.ts';
import type { SipConnection } from './connection/connection.ts';
import type { ConnectionLimits } from './connection/connection-limits.ts';
import type { ConnectionLink } from './connection/connection-user.ts';
import type { DialledSocket } from './connection/dialled-socket.ts';
import type { NextHop } from './connection/next-hop.ts';
import type { SentBy } from './connection/own-vias.ts';
import type { HeldUp } from './connection/read-pause-reason.ts';
import type { OverloadControl } from './overload/overload-control.ts';
import type { ServiceAddress } from './resolve/service-locator.ts';
import type { NotTaken } from './transaction/not-taken-reason.ts';
import type { NotTakenRequest } from './transaction/stateless-refusal.ts';
import type { ServerTransaction } from './transaction/transaction-context.ts';
import type { RequestWeigher } from './transaction/under-load.ts';

/** Who decides about requests of an endpoint. */
export interface EndpointUser extends RequestWeigher {
  /**
   * A new request, matched and deduplicated; answer with `transaction.respond`. Where it throws, or is async and rejects, `onFault` hears of it,
   * and a request that is not answered yet is answered 500.
   */
  onRequest(transaction: ServerTransaction, connection: SipConnection): void;
  /** An ACK for a 2xx: pass it on or take note of it. */
  onAck(ack: SipRequest, connection: SipConnection): void;
  /** A connection is up, dialled or accepted. */
  onConnection?(connection: SipConnection): void;
  /** A connection has ended, by either side; what was under way on it has ended before. */
  onClosed?(connection: SipConnection): void;
  /** The peer has answered a keep-alive (RFC 5626 §4.4.1). */
  onPong?(connection: SipConnection): void;
  /** The endpoint is about to close all connections: begin nothing more on them. */
  onDisposing?(): void;
  /** Bytes that were no message; they have been answered where that is possible. */
  onMalformed?(fault: MessageFault, connection: SipConnection): void;
  /** A request was answered 503 without being looked at, for what its sender has under way or has done before. */
  onNotTaken?(why: NotTaken, request: NotTakenRequest, connection: SipConnection): void;
  /** A peer is not read from for a moment, for what it sends: much that is refused at once, or what nobody refuses. */
  onHeldUp?(why: HeldUp, connection: SipConnection): void;
  /** A connection is about to be closed, for what its peer alone has done. */
  onGivenUp?(why: GivenUp, connection: SipConnection): void;
  /** Something was thrown while a message was handled: a fault of this program. The message is answered 500 or dropped. */
  onFault?(error: unknown, connection: SipConnection): void;
}

/** What an endpoint needs. */
export interface EndpointOptions {
  /** What stands in our Via; where it depends on who gets the request, a function of the link. */
  readonly sentBy: SentBy | ((link: ConnectionLink) => SentBy);
  /** Decides about requests, and is informed of connections. */
  readonly user: EndpointUser;
  /**
   * Dials a hop under the verdict.
   * @returns the socket that `connect` of `@entente/tls` gave
   */
  readonly dial: (hop: NextHop) => Promise<DialledSocket>;
  /**
   * Finds where a hop is, in the order to try; the hop that is dialled then has host, address and port of one of them. Without it each
   * hop is dialled at the address that it has.
   * @see RFC 3263 §4
   */
  readonly locate?: (hop: NextHop) => Promise<readonly ServiceAddress[]>;
  /**
   * A hop that could not be reached is not dialled again for a while: half a second, doubling to 15 seconds; a server of the topology that
   * refuses us or is refused, one second, doubling to 60. What may have changed that calls the listener given here, e.g. `trust.onChange`; it returns what stops it.
   */
  readonly retryOn?: (listener: () => void) => () => void;
  /** Unpredictable text without spaces, for branches. */
  readonly newToken: () => string;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
  /** Base times of the transactions, in milliseconds; default `defaultTimings` of `@entente/sip`. */
  readonly timings?: Timings;
  /** Bounds of each connection; default those of {@link ConnectionLimits}. */
  readonly limits?: ConnectionLimits;
  /** What all messages under way may take, shared by the endpoints of a process; default one with the default ceilings. */
  readonly budget?: MessageBudget;
  /** Decides what is refused under load; default that of this process, which all its endpoints share. */
  readonly overload?: OverloadControl;
}
