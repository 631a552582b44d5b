import { connectionReasons } from './connection-reasons.ts';
import type { ReasonEntries, ReasonEntry } from './entry.ts';
import { identityReasons } from './identity-reasons.ts';
import { parseReasons } from './parse-reasons.ts';
import { pathReasons } from './path-reasons.ts';
import type { Reason, ReasonData, Rejection, RejectionOf } from './rejection.ts';
import { revocationReasons } from './revocation-reasons.ts';
import { ruleReasons } from './rule-reasons.ts';

/** Every reason with its stage, rank, meaning, sentence and remedy. */
export const reasonCatalogue: ReasonEntries<Reason> = {
  ...parseReasons,
  ...pathReasons,
  ...ruleReasons,
  ...revocationReasons,
  ...identityReasons,
  ...connectionReasons,
};

/**
 * Builds a rejection. Its sentence and remedy come from the catalogue, so that a reason reads the same everywhere.
 *
 * @param reason - literal of the reason
 * @param data - its data
 * @returns the rejection
 */
export function reject<R extends Reason>(reason: R, data: ReasonData[R]): RejectionOf<R> {
  const entry: ReasonEntry<R> = reasonCatalogue[reason];
  return { reason, ...data, message: entry.sentence(data), remedy: entry.remedy(data) } as RejectionOf<R>;
}

/**
 * Orders rejections by rank, the greatest first; of equal ranks the one nearest to the leaf, then the one met first.
 * Repetitions are dropped.
 */
export function ranked(rejections: readonly Rejection[]): readonly Rejection[] {
  const seen = new Set<string>();
  const unique = rejections.filter((rejection) => {
    const key = `${rejection.reason}\u0000${rejection.message}`;
    return seen.has(key) ? false : seen.add(key);
  });
  return unique.sort((a, b) => rank(b) - rank(a) || depthOf(a) - depthOf(b));
}

function rank(rejection: Rejection): number {
  return reasonCatalogue[rejection.reason].rank;
}

function depthOf(rejection: Rejection): number {
  return 'depth' in rejection ? rejection.depth : 0;
}
