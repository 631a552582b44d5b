import type { AccountContact, AccountRecord } from '@entente/accounts';
import { type FeedState, feedVersion } from '@entente/accounts/directory';
import type { ChangedAccounts } from '../accounts/account-changes.ts';
import { forgetRemovals } from '../accounts/account-feed.ts';
import { mayBeAddress } from '../accounts/account-queries.ts';
import {
  accountColumns,
  accountOf,
  accountValues,
  overwriteAccount,
  overwriteContacts,
} from '../accounts/account-row.ts';
import type { SqlTransaction } from '../driver/sql-driver.ts';
import type { Settled } from '../queue/batch-queue.ts';
import type { KnownHistory } from './known-history.ts';
import { holdFeed } from './postgres-feed.ts';

/** Servers listen to this for new versions of the feed. */
export const channel = 'entente_accounts';

/** A change that waits for its transaction. */
export interface Change {
  /** Whose account it is of. */
  readonly address: string;
  /** Decides it. */
  readonly decide: (accounts: ChangedAccounts) => Promise<unknown>;
}

/** Names a batch of changes, in the database too, for a writer that must find out whether it was stored. */
export interface BatchMark {
  /** Another one for each process. */
  readonly writer: string;
  /** Counts the batches of the writer. */
  readonly batch: number;
}

/** What has come of changes, once they are committed. */
export interface ExecutedChanges {
  /** Of each change. */
  readonly settled: readonly Settled<unknown>[];
  /** Of the feed afterwards. */
  readonly state: Pick<FeedState, 'epoch' | 'version'>;
}

/**
 * Makes changes in one transaction. Their accounts are read at once, the decisions are taken in memory, and what has come of them is stored
 * at once: the number of round trips does not depend on the number of changes.
 * @param transaction - of all of them
 * @param changes - in their order
 * @param mark - names them in the database
 * @param history - notices a database that has gone back
 */
export async function executeChanges(
  transaction: SqlTransaction,
  changes: readonly Change[],
  mark: BatchMark,
  history: Pick<KnownHistory, 'hold'>,
): Promise<ExecutedChanges> {
  const state = await history.hold(transaction);
  const batch = new ChangeBatch(state, await readAccounts(transaction, changes));
  const settled: Settled<unknown>[] = [];
  for (const { decide } of changes) {
    try {
      settled.push({ ok: true, value: await decide(batch) });
    } catch (error) {
      settled.push({ ok: false, fault: error as Error });
    }
  }
  await batch.store(transaction, mark);
  return { settled, state: { epoch: state.epoch, version: batch.version } };
}

/**
 * Whether a batch is stored. A number of a transaction would not say it: after a crash, PostgreSQL may give it again.
 * @param transaction - a later one; it waits for that of the batch
 */
export async function isStored(transaction: SqlTransaction, { batch, writer }: BatchMark): Promise<boolean> {
  await holdFeed(transaction);
  const [row] = await transaction.all('SELECT batch FROM account_writers WHERE writer = ?', [writer]);
  return row?.batch === batch;
}

async function readAccounts(
  transaction: SqlTransaction,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, AccountRecord>> {
  const addresses = changes.map(({ address }) => address).filter(mayBeAddress);
  const rows = await transaction.all(
    `SELECT ${accountColumns} FROM accounts WHERE address IN (SELECT json_array_elements_text(?::json))`,
    [JSON.stringify(addresses)],
  );
  return new Map(rows.map(accountOf).map((record) => [record.account.address, record]));
}

/** The accounts of a transaction, in memory until they are stored. */
class ChangeBatch implements ChangedAccounts {
  readonly #before: ReadonlyMap<string, AccountRecord>;
  readonly #first: number;
  #version: number;
  /** What becomes of accounts; undefined for one that is removed. */
  readonly #after = new Map<string, AccountRecord | undefined>();
  /** What becomes of contact lists; undefined for that of an account that is removed. */
  readonly #contacts = new Map<string, readonly AccountContact[] | undefined>();
  /** Accounts that were not there before they were added. */
  readonly #added = new Set<string>();
  readonly #removals = new Map<string, number>();
  #keptRemovals = 0;

  constructor({ version }: FeedState, before: ReadonlyMap<string, AccountRecord>) {
    this.#before = before;
    this.#first = version;
    this.#version = version;
  }

  /** Of the feed after what was changed so far. */
  get version(): number {
    return this.#version;
  }

  async find(address: string): Promise<AccountRecord | undefined> {
    return this.#after.has(address) ? this.#after.get(address) : this.#before.get(address);
  }

  async nextVersion(): Promise<number> {
    return this.#version + 1;
  }

  async add(record: AccountRecord): Promise<void> {
    const { address } = record.account;
    this.#added.add(address);
    this.#removals.delete(address);
    await this.replace(record);
  }

  async replace(record: AccountRecord): Promise<void> {
    this.#after.set(record.account.address, record);
    this.#version = feedVersion(record);
  }

  async storeContacts(address: string, contacts: readonly AccountContact[]): Promise<void> {
    this.#contacts.set(address, contacts);
  }

  async remove(address: string, version: number, keptRemovals: number): Promise<void> {
    this.#after.set(address, undefined);
    this.#contacts.set(address, undefined);
    this.#added.delete(address);
    this.#removals.set(address, version);
    this.#keptRemovals = keptRemovals;
    this.#version = version;
  }

  /** Stores what has changed, and tells the other servers when it is committed. */
  async store(transaction: SqlTransaction, { batch, writer }: BatchMark): Promise<void> {
    if (this.#version === this.#first) return;
    const removed = [...this.#after].filter(([, record]) => record === undefined).map(([address]) => address);
    await removeFrom(transaction, 'accounts', removed);
    // Also of those that were added again meanwhile.
    const withoutContacts = new Set([...removed, ...this.#addedAgain()]);
    await removeFrom(transaction, 'contact_lists', [...withoutContacts]);
    await removeFrom(transaction, 'removed_accounts', [...this.#added]);
    await this.#storeAccounts(transaction);
    await this.#storeContactLists(transaction);
    await this.#storeRemovals(transaction);
    await transaction.all(
      `WITH moved AS (UPDATE account_feed SET version = ? RETURNING version), marked AS (
  INSERT INTO account_writers (writer, batch, written_at) VALUES (?, ?, now())
  ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, written_at = excluded.written_at
), forgotten AS (DELETE FROM account_writers WHERE written_at < now() - interval '7 days' AND writer <> ?)
  SELECT pg_notify('${channel}', version::text) FROM moved`,
      [this.#version, writer, batch, writer],
    );
  }

  #addedAgain(): readonly string[] {
    return [...this.#added].filter((address) => this.#before.has(address));
  }

  async #storeAccounts(transaction: SqlTransaction): Promise<void> {
    const records = [...this.#after.values()].filter((record) => record !== undefined);
    if (records.length === 0) return;
    await transaction.run(
      `INSERT INTO accounts (${accountColumns})
  SELECT r->>0, r->>1, r->>2, r->>3, r->>4, (r->>5)::bigint, (r->>6)::bigint, (r->>7)::bigint, r->>8
  FROM json_array_elements(?::json) AS r ${overwriteAccount}`,
      [JSON.stringify(records.map(accountValues))],
    );
  }

  async #storeContactLists(transaction: SqlTransaction): Promise<void> {
    const lists = [...this.#contacts].filter(([, contacts]) => contacts !== undefined);
    if (lists.length === 0) return;
    await transaction.run(
      `INSERT INTO contact_lists (address, contacts)
  SELECT r->>0, r->>1 FROM json_array_elements(?::json) AS r ${overwriteContacts}`,
      [JSON.stringify(lists.map(([address, contacts]) => [address, JSON.stringify(contacts)]))],
    );
  }

  async #storeRemovals(transaction: SqlTransaction): Promise<void> {
    if (this.#removals.size === 0) return;
    await transaction.run(
      `INSERT INTO removed_accounts (address, version)
  SELECT r->>0, (r->>1)::bigint FROM json_array_elements(?::json) AS r`,
      [JSON.stringify([...this.#removals])],
    );
    await forgetRemovals(transaction, this.#keptRemovals);
  }
}

async function removeFrom(
  transaction: SqlTransaction,
  table: 'accounts' | 'contact_lists' | 'removed_accounts',
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return;
  await transaction.run(`DELETE FROM ${table} WHERE address IN (SELECT json_array_elements_text(?::json))`, [
    JSON.stringify(addresses),
  ]);
}
