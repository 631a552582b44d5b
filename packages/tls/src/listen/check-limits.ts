import { TlsFault } from '../refusal/fault.ts';
import type { ServeLimits } from './serve-options.ts';

const connections = { least: 1, most: 1_000_000 };

/** Ranges of the limits. A limit that is no number would be no limit at all. */
const ranges: Readonly<Record<keyof ServeLimits, { readonly least: number; readonly most: number }>> = {
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
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function checkLimits(limits: ServeLimits): void {
  for (const [name, { least, most }] of Object.entries(ranges)) {
    const value = limits[name as keyof ServeLimits];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw new TlsFault('ENTENTE_OPTION_INVALID', {
      sentence: `expected a whole number from ${least} to ${most}, found ${value}`,
      place: `limits.${name} of serve`,
      remedy: 'give a number in this range, or leave the default',
    });
  }
}
