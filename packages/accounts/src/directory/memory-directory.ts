import { anyText, object, type Shape, wholeNumber } from '@entente/options';
import type { AccountContact, AccountRecord } from '../account.ts';
import { checkAccount } from '../check-account.ts';
import { accountsClosed, checks } from '../fault.ts';
import type { AccountChange, AccountDirectory, AccountHome, AccountQuery } from './account-directory.ts';
import { decideContacts, decidePut, decideRemoval, decideVerifiers } from './decisions.ts';
import { checkPageLimit, defaultKeptRemovals, feedPage, feedVersion, resumeAt } from './feed.ts';
import { ChangeListeners } from './listeners.ts';

/** Options of {@link createMemoryDirectory}. */
export interface MemoryDirectoryOptions {
  /** Names the history of the feed; default `memory`. */
  readonly epoch?: string;
  /** Removed accounts that are remembered for readers of the feed, from 0; default 10,000. */
  readonly keptRemovals?: number;
}

/** Addresses that `outside` names. */
const mostFirst = 5;

interface Kept {
  readonly record: AccountRecord;
  readonly contacts: readonly AccountContact[];
}

const shape: Shape<MemoryDirectoryOptions> = { epoch: anyText, keptRemovals: wholeNumber(0) };

/**
 * Keeps accounts in memory, which are lost when the process ends: for tests and trials.
 * @param options - for tests of readers of the feed
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for an option that is unknown or of another kind
 */
export function createMemoryDirectory(options: MemoryDirectoryOptions = {}): AccountDirectory {
  checks.options(options, shape, 'createMemoryDirectory');
  const { epoch = 'memory', keptRemovals = defaultKeptRemovals } = options;
  const accounts = new Map<string, Kept>();
  /** Addresses that were removed, with the version of their removal; the oldest first. */
  const removed = new Map<string, number>();
  const listeners = new ChangeListeners();
  const place = 'memory';
  let version = 0;
  let forgotten = 0;
  let closed = false;

  const use = (): void => {
    if (closed) throw accountsClosed(place);
  };
  const current = (address: string): AccountRecord | undefined => accounts.get(address)?.record;
  const store = (record: AccountRecord, contacts?: readonly AccountContact[]): void => {
    const { address } = record.account;
    const kept = { record, contacts: contacts ?? accounts.get(address)?.contacts ?? [] };
    // Again at the end: so the map has the order of the feed.
    accounts.delete(address);
    accounts.set(address, kept);
    removed.delete(address);
    version = feedVersion(record);
    listeners.tell();
  };
  const forget = (): void => {
    for (const [address, at] of removed) {
      if (removed.size <= keptRemovals) return;
      removed.delete(address);
      forgotten = at;
    }
  };

  return {
    place,
    async find(address) {
      use();
      return current(address);
    },
    async list(query) {
      use();
      checks.argument(query, object, 'query of accounts', 'give { limit: 100 }');
      checkPageLimit(query.limit);
      const found = [...accounts.values()]
        .map(({ record }) => record)
        .filter((record) => isSelected(record, query))
        .sort(byAddress);
      const records = found.slice(0, query.limit);
      const last = records.at(-1);
      return found.length > records.length && last !== undefined
        ? { records, next: last.account.address }
        : { records };
    },
    async homes() {
      use();
      const counts = new Map<string, number>();
      for (const { record } of accounts.values()) {
        const { home } = record.account;
        if (home !== undefined) counts.set(home, (counts.get(home) ?? 0) + 1);
      }
      return [...counts].map(([home, users]) => ({ home, users })).sort(byHome);
    },
    async outside(domains) {
      use();
      const others = [...accounts.values()]
        .map(({ record }) => record.account.address)
        .filter((address) => !domains.some((domain) => address.endsWith(`@${domain}`)))
        .sort();
      return { users: others.length, first: others.slice(0, mostFirst) };
    },
    async put(account, expected) {
      use();
      const checked = checkAccount(account);
      if (!checked.ok) return checked;
      const outcome = decidePut(current(checked.account.address), checked.account, expected, version + 1);
      if (outcome.ok) store(outcome.record);
      return outcome;
    },
    async remove(address, expected) {
      use();
      const outcome = decideRemoval(current(address), address, expected, version + 1);
      if (!outcome.ok) return outcome;
      accounts.delete(address);
      version = outcome.version;
      removed.set(address, version);
      forget();
      listeners.tell();
      return outcome;
    },
    async changeVerifiers(address, from, to) {
      use();
      const outcome = decideVerifiers(current(address), address, { from, to }, version + 1);
      if (outcome.ok) store(outcome.record);
      return outcome;
    },
    async contacts(address) {
      use();
      const kept = accounts.get(address);
      return kept && { contacts: kept.contacts, version: kept.record.contactsVersion };
    },
    async putContacts(address, contacts, expected) {
      use();
      const record = current(address);
      const outcome = decideContacts(record, address, contacts, expected, version + 1);
      if (outcome.ok && record !== undefined) {
        store({ ...record, contactsVersion: outcome.list.version }, outcome.list.contacts);
      }
      return outcome;
    },
    async changes(since, limit) {
      use();
      checkPageLimit(limit);
      const resumed = resumeAt(since, { epoch, version, forgotten });
      if (!resumed.ok) return resumed;
      const { from } = resumed;
      const changes: AccountChange[] = [];
      for (const [address, { record }] of accounts) {
        if (feedVersion(record) > from.version) {
          changes.push({ address, version: feedVersion(record), record });
        }
      }
      for (const [address, at] of removed) if (at > from.version) changes.push({ address, version: at });
      changes.sort((one, other) => one.version - other.version);
      return feedPage(changes, limit, from, version);
    },
    onChange: (listener) => listeners.add(listener),
    async [Symbol.asyncDispose]() {
      closed = true;
      listeners.clear();
    },
  };
}

function isSelected({ account }: AccountRecord, { after, home, state }: AccountQuery): boolean {
  return (
    (after === undefined || account.address > after) &&
    (home === undefined || account.home === home) &&
    (state === undefined || account.state === state)
  );
}

function byHome(one: AccountHome, other: AccountHome): number {
  return one.home < other.home ? -1 : 1;
}

function byAddress(one: AccountRecord, other: AccountRecord): number {
  return one.account.address < other.account.address ? -1 : 1;
}
