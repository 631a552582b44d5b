import { describe, expect, it } from 'vitest';
import type { AccountRecord } from '../../account.ts';
import type { AccountDirectory, AccountOutcome, FeedPage } from '../account-directory.ts';
import { createMemoryDirectory } from '../memory-directory.ts';
import { type DirectoryUnderTest, directoryCompliance } from './index.ts';

const all = directoryCompliance({ durable: true, shared: true });
const keptRemovals = 4;
const sound = (): AccountDirectory => createMemoryDirectory({ keptRemovals });
const underTest = (directory: AccountDirectory): DirectoryUnderTest => ({
  directory,
  keptRemovals,
  reopen: async () => directory,
  another: async () => directory,
});

/** A directory in memory with one behaviour broken. */
function broken(change: (whole: AccountDirectory) => Partial<AccountDirectory>): () => DirectoryUnderTest {
  return () => {
    const whole = sound();
    return underTest({ ...whole, ...change(whole) });
  };
}

/** A directory in memory that loses something in a crash. */
function lossy(keep: (whole: AccountDirectory) => Promise<AccountDirectory>): () => DirectoryUnderTest {
  return () => {
    const whole = sound();
    return { ...underTest(whole), reopen: () => keep(whole) };
  };
}

/** The accounts in another directory, which has none of the history. */
async function copied(whole: AccountDirectory, into: AccountDirectory): Promise<AccountDirectory> {
  for (const { account } of (await whole.list({ limit: 1_000 })).records) await into.put(account, 'absent');
  return into;
}

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const mapped =
  (
    whole: AccountDirectory,
    change: (page: Extract<FeedPage, { ok: true }>) => FeedPage,
  ): AccountDirectory['changes'] =>
  async (since, limit) => {
    const page = await whole.changes(since, limit);
    return page.ok ? change(page) : page;
  };
const accepted = async (whole: AccountDirectory, address: string): Promise<AccountOutcome> => ({
  ok: true,
  record: (await whole.find(address)) as AccountRecord,
});

const brokenFakes: Record<string, () => DirectoryUnderTest> = {
  'finds-what-was-put': broken((whole) => ({ find: (address) => whole.find(address.toLowerCase()) })),
  'adds-once': broken((whole) => ({
    async put(account, expected) {
      const found = await whole.find(account.address);
      await pause();
      const now = await whole.find(account.address);
      return whole.put(account, found === undefined && now !== undefined ? now.version : expected);
    },
  })),
  'replaces-by-version': broken((whole) => ({
    // Reads, waits, then writes: the change between is lost.
    async put(account, expected) {
      const found = await whole.find(account.address);
      if (found?.version !== expected) return whole.put(account, expected);
      await pause();
      return whole.put(account, (await whole.find(account.address))?.version ?? expected);
    },
  })),
  'checks-accounts': broken((whole) => ({
    put: (account, expected) => whole.put({ ...account, address: account.address.toLowerCase() }, expected),
  })),
  'removes-by-version': broken((whole) => ({
    remove: async (address) => whole.remove(address, (await whole.find(address))?.version ?? 0),
  })),
  'versions-rise': broken((whole) => {
    let removals = 0;
    return {
      async remove(address, version) {
        const outcome = await whole.remove(address, version);
        return outcome.ok ? { ok: true, version: ++removals } : outcome;
      },
    };
  }),
  'lists-in-pages': broken((whole) => ({
    // As a database sorts texts for people.
    async list(query) {
      const { records } = await whole.list({ ...query, limit: 1_000 });
      const sorted = [...records].sort((one, other) =>
        one.account.address.localeCompare(other.account.address, 'en'),
      );
      const page = sorted.slice(0, query.limit);
      const next = page.at(-1)?.account.address;
      return sorted.length > page.length && next !== undefined ? { records: page, next } : { records: page };
    },
  })),
  'lists-by-query': broken((whole) => ({ list: ({ state: _, ...query }) => whole.list(query) })),
  'counts-homes': broken((whole) => ({
    async homes() {
      const { records } = await whole.list({ limit: 1_000 });
      return [...new Set(records.map(({ account }) => account.home ?? ''))].map((home) => ({
        home,
        users: 1,
      }));
    },
  })),
  'counts-accounts-outside': broken((whole) => ({
    async outside(domains) {
      const { records } = await whole.list({ limit: 1_000 });
      const others = records.filter(
        ({ account }) => !domains.some((domain) => account.address.endsWith(domain)),
      );
      return { users: others.length, first: others.map(({ account }) => account.address) };
    },
  })),
  'bounds-a-page': broken((whole) => ({
    changes: (since, limit) => whole.changes(since, Math.min(Math.max(1, Math.floor(limit) || 1), 1_000)),
  })),
  'closed-is-closed': broken(() => ({ [Symbol.asyncDispose]: async () => {} })),
  'verifiers-compared': broken((whole) => ({
    async changeVerifiers(address, from, to) {
      await whole.changeVerifiers(address, from, to);
      return accepted(whole, address);
    },
  })),
  'verifiers-whole': broken((whole) => ({
    async changeVerifiers(address, from, to) {
      const found = await whole.find(address);
      const fits = Object.entries(from).every(
        ([name, value]) => found?.account.verifiers[name as 'MD5'] === value,
      );
      return whole.changeVerifiers(address, fits ? (found?.account.verifiers ?? {}) : from, to);
    },
  })),
  'verifiers-refused': broken((whole) => ({
    changeVerifiers: (address, from, { MD5: _, ...to }) => whole.changeVerifiers(address, from, to),
  })),
  'contacts-kept': broken((whole) => ({
    putContacts: (address, contacts, expected) =>
      whole.putContacts(
        address,
        contacts.map(({ name, ...rest }) => ({ ...rest, ...(name ? { name: name.normalize('NFKD') } : {}) })),
        expected,
      ),
  })),
  'contacts-compared': broken((whole) => ({
    putContacts: async (address, contacts) =>
      whole.putContacts(address, contacts, (await whole.find(address))?.contactsVersion ?? 0),
  })),
  'contacts-checked': broken((whole) => ({
    putContacts: (address, contacts, expected) =>
      whole.putContacts(address, contacts.slice(0, 1_000), expected),
  })),
  'feed-resumes': broken((whole) => ({
    // Tells only of accounts that are there.
    changes: mapped(whole, (page) => ({
      ...page,
      changes: page.changes.filter(({ record }) => record !== undefined),
    })),
  })),
  'feed-shows-return': broken((whole) => {
    const gone: { address: string; version: number }[] = [];
    return {
      async remove(address, version) {
        const outcome = await whole.remove(address, version);
        if (outcome.ok) gone.push({ address, version: outcome.version });
        return outcome;
      },
      changes: mapped(whole, (page) => ({ ...page, changes: [...gone.splice(0), ...page.changes] })),
    };
  }),
  'feed-position-lost': broken((whole) => ({
    async changes(since, limit) {
      const page = await whole.changes(since, limit);
      if (page.ok || since === undefined) return page;
      return { ok: true, changes: [], position: since, more: false };
    },
  })),
  'feed-remembers-removals': () => underTest(createMemoryDirectory({ keptRemovals: keptRemovals - 1 })),
  'feed-whole-under-load': broken((whole) => ({
    // The position is read after the changes, so that it is ahead of them.
    async changes(since, limit) {
      const page = await whole.changes(since, limit);
      await pause();
      if (!page.ok || page.more) return page;
      const now = await whole.changes(since, 1_000);
      return now.ok ? { ...page, position: now.position } : now;
    },
  })),
  'tells-listeners': broken((whole) => ({
    onChange(listener) {
      whole.onChange(listener);
      return () => {};
    },
  })),
  'hears-of-others': () => {
    const whole = sound();
    return { ...underTest(whole), another: async () => sound() };
  },
  'survives-accounts': lossy((whole) => copied(whole, sound())),
  'survives-feed': lossy((whole) => copied(whole, createMemoryDirectory({ epoch: 'after the crash' }))),
};

describe('the directory in memory', () => {
  for (const { check, rule } of directoryCompliance({ durable: false, shared: false })) {
    it(rule, () => check({ directory: sound(), keptRemovals }));
  }
});

describe('a directory that a crash cannot empty, and that others may open', () => {
  for (const { check, rule } of all) it(rule, () => check(underTest(sound())));
});

describe('each compliance rule can fail', () => {
  for (const { id, check } of all) {
    it(`${id} catches a directory that breaks it`, async () => {
      const fake = brokenFakes[id];
      expect(fake, 'a broken fake for this rule').toBeDefined();
      await expect(check((fake as () => DirectoryUnderTest)())).rejects.toThrow();
    });
  }

  it('has no broken fake without a rule', () => {
    const ids = all.map(({ id }) => id);
    expect(Object.keys(brokenFakes).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
