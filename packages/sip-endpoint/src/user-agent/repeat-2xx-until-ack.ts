import type { Clock } from '@entente/tls';

const t1Ms = 500;
const t2Ms = 4_000;

/**
 * Repeats the 2xx to an INVITE until its ACK comes: the transaction is over by then.
 * @see RFC 3261 §13.3.1.4
 */
export class UntilAcknowledged {
  readonly #clock: Clock;
  #stop: (() => void) | undefined;

  /** @param clock - time and timers */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param repeat - sends the 2xx again
   * @param giveUp - no ACK has come for 64·T1
   */
  start(repeat: () => void, giveUp: () => void): void {
    this.#wait(repeat, giveUp, t1Ms, 64 * t1Ms);
  }

  /** The ACK has come, or the call has ended. */
  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #wait(repeat: () => void, giveUp: () => void, gapMs: number, leftMs: number): void {
    this.#stop = this.#clock.after(gapMs, () => {
      if (leftMs <= 0) {
        giveUp();
        return;
      }
      repeat();
      this.#wait(repeat, giveUp, Math.min(2 * gapMs, t2Ms), leftMs - gapMs);
    });
  }
}
