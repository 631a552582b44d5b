import { sameVerifiers } from '@entente/accounts';
import type { KnownAccounts } from '@entente/accounts/feed';

/** How many accounts a feed that has taken the place of another has in an earlier state, for all that is known. */
export interface WentBack {
  /** Disabled before, and enabled now. */
  readonly enabledAgain: number;
  readonly otherPasswords: number;
  readonly missing: number;
  /** Addresses of some of them. */
  readonly some: readonly string[];
}

/** Addresses in one line of the log. */
const mostNamed = 10;

/**
 * Compares what is known with what a feed has that has begun another history: a replica that has taken over without the last changes undoes them, and
 * only those who have read them know.
 * @param known - from the feed before
 * @param fresh - from the one that has taken its place
 * @returns undefined where nothing went back
 */
export function whatWentBack(known: KnownAccounts, fresh: KnownAccounts): WentBack | undefined {
  const counts = { enabledAgain: 0, otherPasswords: 0, missing: 0 };
  const some: string[] = [];
  for (const { account: before, address } of known.all()) {
    const after = fresh.of(address);
    const isEnabledAgain = before.state !== 'enabled' && after?.state === 'enabled';
    const isOther = after !== undefined && !sameVerifiers(before.verifiers, after.verifiers);
    if (after === undefined) counts.missing++;
    if (isEnabledAgain) counts.enabledAgain++;
    if (isOther) counts.otherPasswords++;
    const hasGoneBack = after === undefined || isEnabledAgain || isOther;
    if (hasGoneBack && some.length < mostNamed) some.push(address);
  }
  return some.length === 0 ? undefined : { ...counts, some };
}
