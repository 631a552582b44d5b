import { createHash } from 'node:crypto';
import type { FeedState } from '@entente/accounts/directory';
import type { SqlReader, SqlRow } from '../driver/sql-driver.ts';

/** The history that a server writes, as an expression of SQL: which cluster of databases, and after how many takeovers by standbys. */
const historySql =
  "(SELECT system_identifier FROM pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/**
 * The epoch of the feed: what the database keeps, and where it keeps it. A copy that was restored from a dump has another table, a standby
 * that has taken over another history; so both have another epoch, without a step that somebody could forget.
 */
const epochSql = `epoch || ' ' || ${historySql} || ' ' || 'account_feed'::regclass::oid || '/' || pg_relation_filenode('account_feed')`;

const stateSql = `SELECT ${epochSql} AS epoch, version, forgotten FROM account_feed`;

/** What the database knows of the feed. */
export async function readFeedState(reader: SqlReader): Promise<FeedState> {
  return stateIn(await reader.all(stateSql, []));
}

/**
 * The same, and holds the feed until the transaction ends: changes of all servers are made one after another, so that the order of their
 * versions is the order in which they become visible.
 */
export async function holdFeed(transaction: SqlReader): Promise<FeedState> {
  return stateIn(await transaction.all(`${stateSql} FOR UPDATE`, []));
}

/** A position is a word of a query, of bounded length: what names the history is cut down to that. */
function stateIn([row]: readonly SqlRow[]): FeedState {
  const { epoch, ...others } = row as unknown as FeedState;
  return { ...others, epoch: createHash('sha256').update(epoch).digest('hex').slice(0, 32) };
}
