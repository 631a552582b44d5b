import type { JudgeSources } from '../judge-sources.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Rejection } from '../reasons/rejection.ts';

/**
 * Whether the clock can be believed: what has been signed lies in the past.
 *
 * @param now - milliseconds since the epoch
 */
export function clockRejection(
  now: number,
  { latestSigned: latest, policy }: Pick<JudgeSources, 'latestSigned' | 'policy'>,
): Rejection | undefined {
  const latestSigned = latest();
  if (latestSigned === undefined || now + policy.revocation.futureSkewMs >= latestSigned) return undefined;
  return reject('clock-untrusted', { now, latestSigned });
}
