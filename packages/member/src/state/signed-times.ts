import { profiles } from '@entente/trust';
import type { CertificateList } from '@entente/x509';
import type { LastKnown } from '../files/last-known-file.ts';

/** How far the clocks of our machines may differ, milliseconds: what the verdict allows, so that nothing that is accepted refuses everybody. */
export const clockSkewMs = profiles.entente.revocation.futureSkewMs;

/**
 * The latest time that our authorities have signed. One that is ahead of our clock by more than clocks may differ does not count: every
 * peer would be `clock-untrusted` until that time.
 * @param lists - of our authorities, each signed
 * @param before - what counted before, milliseconds since the epoch
 * @param now - milliseconds since the epoch
 */
export function latestSigned(
  lists: readonly Pick<CertificateList, 'thisUpdate'>[],
  before: number | undefined,
  now: number,
): number | undefined {
  let latest = before;
  for (const { thisUpdate } of lists) {
    if (isAhead(thisUpdate, now)) continue;
    if (latest === undefined || thisUpdate > latest) latest = thisUpdate;
  }
  return latest;
}

/**
 * Whether a signed time is ahead of our clock by more than clocks may differ.
 * @param signedAt - milliseconds since the epoch
 * @param now - milliseconds since the epoch
 */
export function isAhead(signedAt: number, now: number): boolean {
  return signedAt > now + clockSkewMs;
}

/**
 * The latest signed time that an earlier run has written, unless it was ahead of the clock already then: what that run knew last was signed
 * at most as much earlier as clocks may differ. A clock that was set back since is still noticed.
 * @param known - what the run has written
 * @returns milliseconds since the epoch
 */
export function believedSigned({
  confirmedAt,
  latestSigned: written,
  trustState,
}: LastKnown): number | undefined {
  const times = [confirmedAt, trustState?.signedAt].filter((time) => time !== undefined);
  if (written === undefined || times.length === 0) return written;
  const known = Math.max(...times);
  return isAhead(written, known) ? known : written;
}
