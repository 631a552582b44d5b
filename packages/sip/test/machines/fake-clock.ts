import type {
  SipRequest,
  SipResponse,
  Transaction,
  TransactionEnd,
  TransactionSink,
  TransactionTimer,
} from '@entente/sip';

interface Pending {
  readonly transaction: Transaction;
  readonly timer: TransactionTimer;
  readonly at: number;
}

/** A sink for tests: keeps timers on a clock that moves only by `advance`, and writes down what happens. */
export class FakeClock implements TransactionSink<Transaction> {
  now = 0;
  readonly pending: Pending[] = [];
  readonly sent: (SipRequest | SipResponse)[] = [];
  readonly delivered: (SipRequest | SipResponse)[] = [];
  readonly ended: TransactionEnd[] = [];
  transportFailures = 0;
  /** What a send does; replaced by tests in which the transport fails. */
  onSend: (transaction: Transaction) => void = () => {};

  /** Names of the timers that run, in order. */
  get timers(): string {
    return this.pending
      .map((one) => one.timer)
      .sort()
      .join(' ');
  }

  /** Lets time pass and timers fire in their order. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.#nextUntil(until);
      if (next === undefined) break;
      this.pending.splice(this.pending.indexOf(next), 1);
      this.now = next.at;
      next.transaction.wake(next.timer);
    }
    this.now = until;
  }

  send(transaction: Transaction, message: SipRequest | SipResponse): void {
    this.sent.push(message);
    this.onSend(transaction);
  }

  deliver(_: Transaction, message: SipRequest | SipResponse): void {
    this.delivered.push(message);
  }

  startTimer(transaction: Transaction, timer: TransactionTimer, afterMs: number): void {
    this.#remove(transaction, timer);
    this.pending.push({ transaction, timer, at: this.now + afterMs });
  }

  stopTimer(transaction: Transaction, timer: TransactionTimer): void {
    if (!this.#remove(transaction, timer)) throw new Error(`timer ${timer} was stopped but does not run`);
  }

  transportFailed(): void {
    this.transportFailures++;
  }

  terminated(_: Transaction, end: TransactionEnd): void {
    this.ended.push(end);
  }

  #nextUntil(until: number): Pending | undefined {
    let next: Pending | undefined;
    for (const one of this.pending)
      if (one.at <= until && (next === undefined || one.at < next.at)) next = one;
    return next;
  }

  #remove(transaction: Transaction, timer: TransactionTimer): boolean {
    const at = this.pending.findIndex((one) => one.transaction === transaction && one.timer === timer);
    if (at === -1) return false;
    this.pending.splice(at, 1);
    return true;
  }
}
