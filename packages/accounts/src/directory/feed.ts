import { list, object } from '@entente/options';
import type { AccountRecord } from '../account.ts';
import { AccountsFault, checks } from '../fault.ts';
import { type AccountRefusal, refuse } from '../refusal.ts';
import type { AccountChange, FeedPage, FeedPosition } from './account-directory.ts';

/** What a directory knows of its own feed. */
export interface FeedState {
  /** As in a position. */
  readonly epoch: string;
  /** Version of the last change. */
  readonly version: number;
  /** Version of the last removal that it has forgotten; 0 where it knows all. */
  readonly forgotten: number;
}

/** Removed accounts that a directory remembers for the readers of its feed, unless it is told another number. */
export const defaultKeptRemovals = 10_000;

/** Most accounts or changes of a page. */
const maxLimit = 1_000;

/** Version of the last change of an account or its contact list: its place in the feed. */
export function feedVersion(record: AccountRecord): number {
  checks.argument(record, object, 'record of an account', 'give what the directory has of it');
  const { contactsVersion, version } = record;
  return Math.max(version, contactsVersion);
}

/**
 * Where the feed goes on for a reader.
 * @param since - position of the reader; absent where it begins
 * @param state - of the feed now
 * @returns the position from which it goes on, or why the reader must begin again
 */
export function resumeAt(
  since: FeedPosition | undefined,
  state: FeedState,
):
  | { readonly ok: true; readonly from: FeedPosition }
  | { readonly ok: false; readonly refusal: AccountRefusal } {
  checks.argument(state, object, 'state of a feed', 'give { epoch, version, forgotten }');
  const { epoch, forgotten, version } = state;
  if (since === undefined) return { ok: true, from: { epoch, version: 0, begun: version } };
  checks.argument(
    since,
    object,
    'position of a reader',
    'give the position of the page before, or undefined to begin',
  );
  if (since.epoch !== epoch) return refuse('position-lost', { because: 'other-epoch' });
  for (const each of [since.version, since.begun]) {
    if (!Number.isSafeInteger(each) || each < 0 || each > version)
      return refuse('position-lost', { because: 'ahead' });
  }
  // A removal from before the reader began is of an account that it has never seen.
  return Math.max(since.version, since.begun) < forgotten
    ? refuse('position-lost', { because: 'removals-forgotten' })
    : { ok: true, from: since };
}

/**
 * Checks the limit of a page of accounts or changes.
 * @param limit - most entries, 1 to 1,000
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for another one
 */
export function checkPageLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) return;
  throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
    sentence: `expected an integer from 1 to ${maxLimit}, found ${limit}`,
    place: '"limit" of a query of accounts',
    remedy: 'correct the query',
  });
}

/**
 * A page of the feed.
 * @param changes - all after `from`, or at least one more than the page takes
 * @param limit - most changes of the page
 * @param from - position that they were read from
 * @param version - of the feed when they were read
 */
export function feedPage(
  changes: readonly AccountChange[],
  limit: number,
  from: FeedPosition,
  version: number,
): FeedPage {
  checks.argument(changes, list, 'changes of a page', 'give the changes that the directory has read');
  checkPageLimit(limit);
  checks.argument(from, object, 'position of a page', 'give the position that they were read from');
  const page = changes.slice(0, limit);
  const more = changes.length > page.length;
  const last = more ? (page.at(-1)?.version ?? version) : version;
  return { ok: true, changes: page, position: { ...from, version: last }, more };
}
