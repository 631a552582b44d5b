/**
 * The three base times of the transaction machines, in milliseconds.
 * @see RFC 3261 §17.1.1.1 and Table 4
 */
export interface Timings {
  /** Estimated round trip; 500 ms unless the network is known to be slower. */
  readonly t1Ms: number;
  /** Longest gap between retransmissions of a non-INVITE request or an INVITE response; 4 s. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network; 5 s. */
  readonly t4Ms: number;
  /**
   * How long an INVITE server transaction waits for its user before it sends 100 by itself: 200 ms by the RFC,
   * 0 for at once, `Infinity` for never.
   */
  readonly tryingAfterMs: number;
}

/** T1 500 ms, T2 4 s, T4 5 s, 100 Trying after 200 ms. */
export const defaultTimings: Timings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000, tryingAfterMs: 200 };

/** Timer D on unreliable transports is at least 32 s whatever T1 is: the peer's T1 is unknown. */
export const timerDMs = 32_000;

/**
 * How long a non-INVITE request may stay unanswered before 100 is due: what a client's timer E needs to reach T2.
 * @param timings - the base times
 * @returns milliseconds; 3.5 s with the defaults
 * @see RFC 4320 §4.1
 */
export function nonInviteTryingMs(timings: Timings): number {
  let elapsed = 0;
  for (let gap = timings.t1Ms; gap > 0 && gap < timings.t2Ms; gap *= 2) elapsed += gap;
  return elapsed;
}
