import { type TransactionTimer, timerBit, timerNames } from '../timers/timer-name.ts';
import type { TransactionSink } from './sink.ts';

/** What the timer functions need of a transaction. */
export interface Timed {
  /** Bits of the timers that run. */
  running: number;
  readonly sink: TransactionSink<unknown>;
}

/** Starts or restarts a timer of `transaction`. */
export function startTimer(transaction: Timed, timer: TransactionTimer, afterMs: number): void {
  transaction.running |= timerBit[timer];
  transaction.sink.startTimer(transaction, timer, afterMs);
}

/** Stops a timer if it runs. */
export function stopTimer(transaction: Timed, timer: TransactionTimer): void {
  const bit = timerBit[timer];
  if ((transaction.running & bit) === 0) return;
  transaction.running &= ~bit;
  transaction.sink.stopTimer(transaction, timer);
}

/** Stops all running timers; on the hot path, where none runs, it costs one comparison. */
export function stopAllTimers(transaction: Timed): void {
  if (transaction.running === 0) return;
  const names = timerNames(transaction.running);
  transaction.running = 0;
  for (const name of names) transaction.sink.stopTimer(transaction, name);
}

/**
 * Records that a timer fired.
 * @returns false if it was not running: a wake-up that crossed a stop is ignored
 */
export function timerFired(transaction: Timed, timer: TransactionTimer): boolean {
  const bit = timerBit[timer];
  if ((transaction.running & bit) === 0) return false;
  transaction.running &= ~bit;
  return true;
}
