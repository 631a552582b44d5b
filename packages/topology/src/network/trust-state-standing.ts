import { number } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { checkTopology } from '../terms/given.ts';
import type { Topology } from './topology.ts';

/** Whether a member may still use its last good document, by the time since its authority confirmed it. */
export type Standing =
  | { readonly standing: 'current' }
  | { readonly standing: 'alarm'; readonly ageMs: number; readonly message: string; readonly remedy: string }
  | { readonly standing: 'stale'; readonly ageMs: number; readonly message: string; readonly remedy: string };

/**
 * How long a member may use its last good document: first silently, then with an alarm, and in the end not at all, when it refuses
 * every peer with `topology-stale`. The times are settings of the document itself.
 *
 * @param topology - the last good one
 * @param lastSignedAt - when the newest trust state it has was signed, milliseconds since the epoch
 * @param now - milliseconds since the epoch
 */
export function trustStateStanding(topology: Topology, lastSignedAt: number, now: number): Standing {
  checkTopology(topology, 'trustStateStanding');
  checks.argument(lastSignedAt, number, 'time of the last trust state', 'give milliseconds since the epoch');
  checks.argument(
    now,
    number,
    'time of trustStateStanding',
    'give milliseconds since the epoch, for example Date.now()',
  );
  const { alarmAfterSeconds, refuseAfterSeconds } = topology.policies.trustState;
  const ageMs = Math.max(0, now - lastSignedAt);
  const { version } = topology.document;
  // A clock that is ahead looks the same as an authority that is silent.
  const remedy =
    'Check that this server can reach the authority, and that the authority is running; where both are so, check that the clock of this server is not ahead: date -u, here and there.';
  const age = timeInWords(Math.floor(ageMs / 1000));
  const limit = timeInWords(refuseAfterSeconds);
  if (ageMs >= refuseAfterSeconds * 1000) {
    return {
      standing: 'stale',
      ageMs,
      message: `Version ${version} was last confirmed ${age} ago, more than the limit of ${limit}: every peer is refused.`,
      remedy,
    };
  }
  if (ageMs >= alarmAfterSeconds * 1000) {
    return {
      standing: 'alarm',
      ageMs,
      message: `Version ${version} was last confirmed ${age} ago; after ${limit} every peer will be refused.`,
      remedy,
    };
  }
  return { standing: 'current' };
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Seconds, and in brackets what people read: the largest unit of which there are at least two. */
function timeInWords(seconds: number): string {
  const unit = units.find(([, length]) => seconds >= 2 * length);
  return unit === undefined ? `${seconds} s` : `${seconds} s (${Math.floor(seconds / unit[1])} ${unit[0]}s)`;
}
