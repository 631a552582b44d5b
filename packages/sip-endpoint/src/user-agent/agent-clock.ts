import type { Clock } from '@entente/tls';
import { monotonicNow } from '../clock/monotonic-clock.ts';

/** setTimeout takes a longer delay as 1 millisecond. */
const longestDelayMs = 2_147_483_647;

/**
 * The clock of a user agent: not moved by a change of the system's time, and its timers keep the process alive, because between two
 * connections nothing else does.
 */
export const agentClock: Clock = {
  now: monotonicNow,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
