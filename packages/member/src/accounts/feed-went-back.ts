import { type Account, sameVerifiers } from '@entente/accounts';
import type { KnownAccounts } from '@entente/accounts/feed';
import type { MemberProblem } from '../follow/member-problem.ts';

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

/** What to do about it. */
export const wentBackRemedy =
  'compare these accounts with what was changed last, and make again what is undone: entente user disable, entente user passwd, entente user add. With synchronous_standby_names no replica takes over without what was acknowledged';

/** So long it is shown where nobody changes these accounts, milliseconds. */
const shownMs = 86_400_000;

/**
 * Accounts that went back, kept so that the health of the server and `entente status` say so, without a name of a user: until those that the log
 * names were changed again, or for a day.
 */
export class AccountsWentBack {
  #last:
    | {
        readonly at: number;
        readonly message: string;
        readonly named: ReadonlyMap<string, Account | undefined>;
      }
    | undefined;

  /**
   * Keeps the newest.
   * @param place - the feed
   * @param found - what went back
   * @param fresh - from that feed
   * @param at - now, milliseconds since the epoch
   * @returns one sentence
   */
  report(place: string, found: WentBack, fresh: Pick<KnownAccounts, 'of'>, at: number): string {
    const { enabledAgain, missing, otherPasswords, some } = found;
    const message = `${place} has another history than before, in which acknowledged changes may be undone: of the accounts that were known here, ${enabledAgain} are enabled again, ${otherPasswords} have another password, and ${missing} are missing`;
    const named = new Map(some.map((address) => [address, fresh.of(address)]));
    this.#last = { at, message: `${message}; the line accounts-went-back of its log names some`, named };
    return message;
  }

  /**
   * @param known - the accounts now
   * @param now - milliseconds since the epoch
   */
  problems(known: Pick<KnownAccounts, 'of'>, now: number): readonly MemberProblem[] {
    if (this.#last === undefined || now - this.#last.at > shownMs) return [];
    const { at, message, named } = this.#last;
    if (![...named].some(([address, then]) => isAsThen(known.of(address), then))) return [];
    return [
      {
        part: 'accounts',
        message: `${message}; found at ${new Date(at).toISOString()}`,
        remedy: wentBackRemedy,
        stops: false,
      },
    ];
  }
}

function isAsThen(account: Account | undefined, then: Account | undefined): boolean {
  if (account === undefined || then === undefined) return account === then;
  return account.state === then.state && sameVerifiers(account.verifiers, then.verifiers);
}
