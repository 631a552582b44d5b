import { list, object } from '@entente/options';
import type { DigestAlgorithm } from '@entente/sip';
import type { Account, AccountRight, AccountState } from '../account.ts';
import { checkAccount } from '../check-account.ts';
import type { FeedPosition } from '../directory/account-directory.ts';
import { checks } from '../fault.ts';
import { type AccountVersion, isAccountVersion } from './account-version.ts';

/** What a reader of the feed learns about each account: `verifiers` is everything, `homes` is everything but the verifiers. */
export type FeedView = 'verifiers' | 'homes';

/** What has become of one account, as readers are told. */
export interface FedChange {
  /** Address of record in its canonical form, also where the account was removed. */
  readonly address: string;
  /** The account now, without verifiers in the view `homes`; absent where it was removed. */
  readonly account?: Account;
  /** Of the account, or of its removal; absent where the directory is one that does not tell. */
  readonly version?: AccountVersion;
}

/** A part of the feed, as readers are told. */
export interface FedPage {
  /** The same for every account of the page. */
  readonly view: FeedView;
  /** At most 1,000. Of each account only its last state. */
  readonly changes: readonly FedChange[];
  /** Where the next page begins. */
  readonly position: FeedPosition;
  /** Whether there was more when the page was read. */
  readonly more: boolean;
}

/** Media type of a page. */
export const feedMediaType = 'application/json';
const feedFormat = 'entente-accounts/1';
/** Most changes of a page that is read. */
const maxChanges = 1_000;
/** Characters of an epoch that is read. */
const maxEpochLength = 64;

/**
 * Writes a page, on one line.
 * @param page - its accounts are cut down to its view
 */
export function formatFeedPage(page: FedPage): string {
  checks.argument(page, object, 'page of the feed', 'give { view, position, more, changes }');
  const { changes, more, position, view } = page;
  checks.argument(changes, list, 'changes of a page', 'give the changes of the page, or [] for none');
  return JSON.stringify({
    format: feedFormat,
    view,
    position,
    more,
    changes: changes.map((change) => {
      checks.argument(change, object, 'change of a page', 'give { address, account, version }');
      const { account, address, version } = change;
      if (account === undefined) return { address, version };
      const { home, number, rights, state, verifiers } = account;
      return {
        address,
        ...(view === 'verifiers' ? { verifiers } : {}),
        home,
        state,
        number,
        rights,
        version,
      };
    }),
  });
}

/**
 * Reads a page.
 * @param text - from a server, or a file of an earlier run
 * @returns undefined for anything else, also where one account of it is not one
 */
export function parseFeedPage(text: string): FedPage | undefined {
  try {
    const { changes, format, more, position, view } = JSON.parse(text) as Record<string, unknown>;
    const known = view === 'verifiers' || view === 'homes' ? view : undefined;
    if (format !== feedFormat || known === undefined || typeof more !== 'boolean') return undefined;
    if (!Array.isArray(changes) || changes.length > maxChanges || !isPosition(position)) return undefined;
    const read = changes.map((change: unknown) => changeIn(change, known));
    const { begun, epoch, version } = position;
    return read.every((change) => change !== undefined)
      ? { view: known, changes: read, position: { epoch, version, begun }, more }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A position as one word, e.g. for a query.
 * @param position - of a page
 */
export function formatPosition(position: FeedPosition): string {
  checks.argument(position, object, 'position of a page', 'give the position of a page that was read');
  const { begun, epoch, version } = position;
  return `${version}.${begun}.${epoch}`;
}

/**
 * Reads a position.
 * @param text - of {@link formatPosition}
 * @returns undefined for anything else
 */
export function parsePosition(text: string): FeedPosition | undefined {
  const [, version, begun, epoch] = /^(\d{1,15})\.(\d{1,15})\.([\w-]{1,64})$/.exec(text) ?? [];
  return version === undefined || begun === undefined || epoch === undefined
    ? undefined
    : { epoch, version: Number(version), begun: Number(begun) };
}

function isPosition(value: unknown): value is FeedPosition {
  const { begun, epoch, version } = value as Partial<FeedPosition>;
  const areCounts = [begun, version].every((count) => Number.isSafeInteger(count) && (count as number) >= 0);
  return areCounts && typeof epoch === 'string' && epoch.length <= maxEpochLength;
}

function changeIn(value: unknown, view: FeedView): FedChange | undefined {
  const { address, home, number, rights, state, verifiers, version } = value as Record<string, unknown>;
  if (typeof address !== 'string') return undefined;
  if (version !== undefined && !isAccountVersion(version)) return undefined;
  const versioned = version === undefined ? {} : { version };
  if (state === undefined && verifiers === undefined) return { address, ...versioned };
  if (!Array.isArray(rights) || (home !== undefined && typeof home !== 'string')) return undefined;
  if (number !== undefined && typeof number !== 'string') return undefined;
  const texts = view === 'verifiers' ? textsIn(verifiers) : {};
  if (texts === undefined || (view === 'homes' && verifiers !== undefined)) return undefined;
  const checked = checkAccount({
    address,
    verifiers: texts,
    ...(home === undefined ? {} : { home }),
    state: state as AccountState,
    ...(number === undefined ? {} : { number }),
    rights: rights as AccountRight[],
  });
  return checked.ok ? { address, account: checked.account, ...versioned } : undefined;
}

function textsIn(value: unknown): Partial<Record<DigestAlgorithm, string>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value).every((text) => typeof text === 'string') ? value : undefined;
}
