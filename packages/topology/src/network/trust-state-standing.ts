import type { Topology } from './topology.ts';

/** How a member stands that has had no news from its authority for a while. */
export type Standing =
  | { readonly standing: 'current' }
  | { readonly standing: 'alarm'; readonly ageMs: number; readonly message: string; readonly remedy: string }
  | { readonly standing: 'stale'; readonly ageMs: number; readonly message: string; readonly remedy: string };

/**
 * How long a member may go on with its last good document: silently at first, then with an alarm, and at last not at all, when its
 * judgements must end in `topology-stale`. The times are settings of the document itself.
 *
 * @param topology - the last good one
 * @param lastSignedAt - when the newest trust state it has was signed, milliseconds since the epoch
 * @param now - milliseconds since the epoch
 */
export function trustStateStanding(topology: Topology, lastSignedAt: number, now: number): Standing {
  const { alarmAfterSeconds, refuseAfterSeconds } = topology.policies.trustState;
  const ageMs = Math.max(0, now - lastSignedAt);
  const { version } = topology.document;
  const remedy = 'Check that this server reaches the authority, and that the authority is running.';
  const age = `${Math.floor(ageMs / 1000)} s`;
  if (ageMs >= refuseAfterSeconds * 1000) {
    return {
      standing: 'stale',
      ageMs,
      message: `Version ${version} was last confirmed ${age} ago, more than ${refuseAfterSeconds} s: nobody is believed any more.`,
      remedy,
    };
  }
  if (ageMs >= alarmAfterSeconds * 1000) {
    return {
      standing: 'alarm',
      ageMs,
      message: `Version ${version} was last confirmed ${age} ago; it stays in force up to ${refuseAfterSeconds} s.`,
      remedy,
    };
  }
  return { standing: 'current' };
}
