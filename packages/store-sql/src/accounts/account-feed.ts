import { randomUUID } from 'node:crypto';
import {
  type AccountChange,
  type FeedPage,
  type FeedPosition,
  type FeedState,
  feedPage,
  feedVersion,
  resumeAt,
} from '@entente/accounts/directory';
import type { SqlDriver, SqlReader, SqlTransaction } from '../driver/sql-driver.ts';
import { accountColumns, accountOf } from './account-row.ts';

/** What the database knows of the feed. */
export async function feedState(transaction: SqlTransaction): Promise<FeedState> {
  const [row] = await transaction.all('SELECT epoch, version, forgotten FROM account_feed', []);
  return row as unknown as FeedState;
}

/** Moves the feed to the version of a change. */
export async function moveFeed(transaction: SqlTransaction, version: number): Promise<void> {
  await transaction.run('UPDATE account_feed SET version = ?', [version]);
}

/**
 * Gives the feed an epoch where it has none: in a new database, and in a copy, whose history will be another one.
 * @param driver - with the schema of this program
 */
export async function nameEpoch(driver: SqlDriver): Promise<void> {
  const { epoch } = await driver.transaction('read', feedState);
  if (epoch !== '') return;
  await driver.transaction('write', async (transaction) => {
    await transaction.run("UPDATE account_feed SET epoch = ? WHERE epoch = ''", [randomUUID()]);
  });
}

/** Takes the epoch from a copy: the database goes on from it with another history, and readers of the feed must notice. */
export async function forgetEpoch(driver: SqlDriver): Promise<void> {
  await driver.transaction('write', async (transaction) => {
    await transaction.run("UPDATE account_feed SET epoch = ''", []);
  });
}

/**
 * Remembers a removal, and forgets the oldest ones.
 * @param kept - how many are remembered
 */
export async function rememberRemoval(
  transaction: SqlTransaction,
  address: string,
  version: number,
  kept: number,
): Promise<void> {
  await transaction.run('INSERT INTO removed_accounts (version, address) VALUES (?, ?)', [version, address]);
  await forgetRemovals(transaction, kept);
}

/**
 * Forgets the oldest removals.
 * @param kept - how many are remembered
 */
export async function forgetRemovals(transaction: SqlTransaction, kept: number): Promise<void> {
  const [oldest] = await transaction.all(
    'SELECT version FROM removed_accounts ORDER BY version DESC LIMIT 1 OFFSET ?',
    [kept],
  );
  if (oldest === undefined) return;
  const forgotten = oldest.version as number;
  await transaction.run('DELETE FROM removed_accounts WHERE version <= ?', [forgotten]);
  await transaction.run('UPDATE account_feed SET forgotten = ?', [forgotten]);
}

/**
 * A page of what has changed.
 * @param since - position of the reader, null where it begins
 * @param limit - most changes
 */
export async function accountChanges(
  transaction: SqlTransaction,
  since: FeedPosition | null,
  limit: number,
): Promise<FeedPage> {
  return changesSince(transaction, await feedState(transaction), since, limit);
}

/**
 * The same, for a state of the feed that was read in the same transaction.
 * @param state - of the feed
 * @param since - position of the reader, null where it begins
 * @param limit - most changes
 */
export async function changesSince(
  transaction: SqlReader,
  state: FeedState,
  since: FeedPosition | null,
  limit: number,
): Promise<FeedPage> {
  const resumed = resumeAt(since ?? undefined, state);
  if (!resumed.ok) return resumed;
  const { from } = resumed;
  const accounts = await transaction.all(
    `SELECT ${accountColumns} FROM accounts WHERE feed_version > ? ORDER BY feed_version LIMIT ?`,
    [from.version, limit + 1],
  );
  // What was removed before the reader began, it has never seen.
  const removed = await transaction.all(
    'SELECT version, address FROM removed_accounts WHERE version > ? ORDER BY version LIMIT ?',
    [Math.max(from.version, from.begun), limit + 1],
  );
  const changes: AccountChange[] = [
    ...accounts.map((row) => {
      const record = accountOf(row);
      return { address: record.account.address, version: feedVersion(record), record };
    }),
    ...removed.map(({ address, version }) => ({ address: address as string, version: version as number })),
  ];
  changes.sort((one, other) => one.version - other.version);
  return feedPage(changes, limit, from, state.version);
}
