/** Receives the effects of session timers. */
export interface SessionTimerSink {
  /** Send a refresh (UPDATE, or re-INVITE), then call `refreshed` or `refreshFailed`. */
  refresh(timer: SessionTimer): void;
  /** The session was not refreshed in time: send BYE. */
  expired(timer: SessionTimer): void;
  /** Call `wake` after that time, which may be longer than `setTimeout` takes; a timer that runs is replaced. */
  startTimer(timer: SessionTimer, name: SessionTimerName, afterMs: number): void;
  /** Forget the timer; called only for one that runs. */
  stopTimer(timer: SessionTimer, name: SessionTimerName): void;
}

/** Timers of a session: when a refresh is due, and when the session is over. */
export type SessionTimerName = 'refresh' | 'expiry';

/**
 * Refreshes one session, or detects that the peer does not.
 * @see RFC 4028 §7.2, §10
 */
export class SessionTimer {
  /** Receives the effects of this machine. */
  readonly sink: SessionTimerSink;
  readonly #running = new Set<SessionTimerName>();
  #over = false;

  /** @param sink - receives the effects */
  constructor(sink: SessionTimerSink) {
    this.sink = sink;
  }

  /** Whether the session has a timer now. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /**
   * A 2xx to a session refresh request was sent or received; the first one included.
   * @param interval - what it says: seconds, and `local` where this side refreshes; undefined turns the timer off
   */
  refreshed(
    interval: { readonly interval: number; readonly refresher: 'local' | 'remote' } | undefined,
  ): void {
    if (this.#over) return;
    this.#stopAll();
    if (interval === undefined) return;
    const ms = interval.interval * 1_000;
    if (interval.refresher === 'local') this.#start('refresh', ms / 2);
    // A little early, so that the BYE passes elements that remove the session on time.
    this.#start('expiry', ms - Math.min(32_000, ms / 3));
  }

  /**
   * A refresh failed.
   * @param status - its final response, or 408 where none came: 408 and 481 end the session, others leave it until expiry
   */
  refreshFailed(status: number): void {
    if (!this.#over && (status === 408 || status === 481)) this.#expire();
  }

  /** The session is over for another reason. */
  stop(): void {
    this.#over = true;
    this.#stopAll();
  }

  /** A timer ran out. */
  wake(name: SessionTimerName): void {
    if (!this.#running.delete(name)) return;
    if (name === 'refresh') this.sink.refresh(this);
    else this.#expire();
  }

  #expire(): void {
    this.stop();
    this.sink.expired(this);
  }

  #start(name: SessionTimerName, afterMs: number): void {
    this.#running.add(name);
    this.sink.startTimer(this, name, afterMs);
  }

  #stopAll(): void {
    for (const name of [...this.#running]) {
      this.#running.delete(name);
      this.sink.stopTimer(this, name);
    }
  }
}
