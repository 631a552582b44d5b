import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';

/**
 * Why a transaction ended.
 * `completed`: it ran its course. `timeout`: B or F fired, no final response came. `no-ack`: H fired, the peer never
 * acknowledged a final response. `transport-error`: the message could not be sent. `abandoned`: its user gave up.
 */
export type TransactionEnd = 'completed' | 'timeout' | 'no-ack' | 'transport-error' | 'abandoned';

/**
 * Receives the effects of transactions: one object for all of them, so a transaction needs no closure.
 * Calls come synchronously from within the method that was called on the transaction; `terminated` is always the last.
 * @typeParam T - the transaction types the sink serves
 */
export interface TransactionSink<T> {
  /** Give the message to the transport this transaction belongs to. */
  send(transaction: T, message: SipRequest | SipResponse): void;
  /** Give the message to the transaction's user: a response for a client, an ACK for a server transaction. */
  deliver(transaction: T, message: SipRequest | SipResponse): void;
  /** Call `transaction.wake(timer, now)` after that many milliseconds; a timer that already runs is replaced. */
  startTimer(transaction: T, timer: TransactionTimer, afterMs: number): void;
  /** Forget the timer; called only for one that was started and has not fired. */
  stopTimer(transaction: T, timer: TransactionTimer): void;
  /** A response could not be sent; the server transaction lives on to absorb retransmissions (RFC 6026 §7.1). */
  transportFailed(transaction: T): void;
  /** The transaction is over, all its timers are stopped: drop it from the table. */
  terminated(transaction: T, end: TransactionEnd): void;
}
