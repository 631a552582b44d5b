import { checkRanges, type Ranges } from '../refusal/check-ranges.ts';
import type { ServeLimits } from './serve-options.ts';

const connections = { least: 1, most: 1_000_000 };

const ranges: Ranges<keyof ServeLimits> = {
  maxConnections: connections,
  maxConnectionsPerAddress: connections,
  maxPending: connections,
  maxPendingPerAddress: connections,
  handshakeTimeoutMs: { least: 1, most: 120_000 },
  verdictTimeoutMs: { least: 1, most: 120_000 },
  drainTimeoutMs: { least: 0, most: 600_000 },
};

/**
 * Refuses limits outside their ranges.
 *
 * @param limits - of `serve`
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function checkLimits(limits: ServeLimits): void {
  checkRanges(limits, ranges, (name) => `limits.${name} of serve`);
}
