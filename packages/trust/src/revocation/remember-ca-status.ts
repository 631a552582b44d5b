import type { Standing } from '../knowledge/ca-status-memory.ts';
import type { RevocationIndex } from '../knowledge/revocation-index.ts';
import type { PathState } from '../path/path-state.ts';
import type { RevocationContext } from './revocation-context.ts';

/** The remembered result about a CA, if it may still be used. */
export function standingOf(
  { standing }: PathState,
  index: RevocationIndex,
  now: number,
): Standing | undefined {
  if (standing === undefined || standing.index !== index) return undefined;
  return now >= standing.from && now <= standing.until ? standing : undefined;
}

/**
 * Remembers that a CA is not revoked: until the statement expires, or until another statement that is dated in the future begins
 * to count.
 */
export function rememberStanding(
  state: PathState,
  { index, path: { now, policy } }: RevocationContext,
  standing: Standing,
): void {
  if (!standing.byIssuer) return;
  const { futureSkewMs } = policy.revocation;
  const until = Math.min(standing.lastsUntil, index.firstDateAfter(now + futureSkewMs) - futureSkewMs);
  const { statement, lastsUntil, byIssuer } = standing;
  state.standing = { statement, lastsUntil, byIssuer, index, from: now, until };
}
