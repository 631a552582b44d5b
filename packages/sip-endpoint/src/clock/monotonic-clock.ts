const startedAt = performance.timeOrigin;

/**
 * A clock for waiting: it counts on from the system's time at start, and does not jump when the system's clock is set. Timers of
 * transactions, registrations and back-off use it; times that others have signed are compared with the system's clock.
 * @returns milliseconds since 1970, as the clock of this process counts them; with a fraction
 */
export function monotonicNow(): number {
  return startedAt + performance.now();
}
