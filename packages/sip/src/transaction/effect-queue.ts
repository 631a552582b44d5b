import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import type { TransactionTimer } from '../timers/timer-name.ts';
import type { TransactionEnd, TransactionSink } from './sink.ts';

/** One effect of a transaction as data. */
export type TransactionEffect<T> =
  | { readonly type: 'send' | 'deliver'; readonly transaction: T; readonly message: SipRequest | SipResponse }
  | {
      readonly type: 'start-timer';
      readonly transaction: T;
      readonly timer: TransactionTimer;
      readonly afterMs: number;
    }
  | { readonly type: 'stop-timer'; readonly transaction: T; readonly timer: TransactionTimer }
  | { readonly type: 'transport-failed'; readonly transaction: T }
  | { readonly type: 'terminated'; readonly transaction: T; readonly end: TransactionEnd };

/**
 * A sink that stores effects as data until they are taken: for programs that prefer values to calls, and for tests.
 */
export class EffectQueue<T> implements TransactionSink<T> {
  #effects: TransactionEffect<T>[] = [];

  /** @returns what happened since the last call, in order; the queue is empty afterwards */
  take(): readonly TransactionEffect<T>[] {
    const taken = this.#effects;
    this.#effects = [];
    return taken;
  }

  send(transaction: T, message: SipRequest | SipResponse): void {
    this.#effects.push({ type: 'send', transaction, message });
  }

  deliver(transaction: T, message: SipRequest | SipResponse): void {
    this.#effects.push({ type: 'deliver', transaction, message });
  }

  startTimer(transaction: T, timer: TransactionTimer, afterMs: number): void {
    this.#effects.push({ type: 'start-timer', transaction, timer, afterMs });
  }

  stopTimer(transaction: T, timer: TransactionTimer): void {
    this.#effects.push({ type: 'stop-timer', transaction, timer });
  }

  transportFailed(transaction: T): void {
    this.#effects.push({ type: 'transport-failed', transaction });
  }

  terminated(transaction: T, end: TransactionEnd): void {
    this.#effects.push({ type: 'terminated', transaction, end });
  }
}
