import type { SipRequest, SipResponse, Timings, TransactionTimer } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { TimerWheel } from '../timer/timer-wheel.ts';
import type { ServerTransaction } from './transaction-context.ts';
import type { RequestWeigher, UnderLoad } from './under-load.ts';

/** Who decides about requests; everything about retransmission, matching and CANCEL has been done before it is asked. */
export interface TransactionUser extends RequestWeigher {
  /** A new request. Answer with `transaction.respond`. What it throws, or is rejected with where it is async, counts as a 500. */
  onRequest(transaction: ServerTransaction, connection: SipConnection): void;
  /** An ACK for a 2xx: it has no transaction and gets no answer. */
  onAck(ack: SipRequest, connection: SipConnection): void;
  /** A response that belongs to no transaction of ours; RFC 6026 §8.9 has proxies drop it. */
  onStrayResponse?(response: SipResponse, connection: SipConnection): void;
  /** Something was thrown while a message was handled; the message is answered 500 or dropped, everything else goes on. */
  onFault?(error: unknown, connection: SipConnection): void;
}

/** What a `TransactionLayer` needs. */
export interface TransactionLayerOptions {
  readonly user: TransactionUser;
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
  readonly wheel?: TimerWheel<TransactionTimer>;
  readonly timings: Timings;
  /** Tags of responses that it writes itself, new each time (RFC 3261 §19.3). */
  readonly newTag: () => string;
  /** Decides what is refused under load; default as the process does. */
  readonly load?: UnderLoad;
}
