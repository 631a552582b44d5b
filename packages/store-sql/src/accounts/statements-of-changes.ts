import { feedVersion } from '@entente/accounts/directory';
import type { SqlTransaction } from '../driver/sql-driver.ts';
import type { ChangedAccounts } from './account-changes.ts';
import { feedState, moveFeed, rememberRemoval } from './account-feed.ts';
import { findAccount } from './account-queries.ts';
import { storeAccount, storeContacts } from './account-row.ts';

/** The accounts of a transaction, each step as a statement of its own. */
function changedByStatements(transaction: SqlTransaction): ChangedAccounts {
  return {
    find: (address) => findAccount(transaction, address),
    nextVersion: async () => (await feedState(transaction)).version + 1,
    async add(record) {
      await storeAccount(transaction, record);
      await transaction.run('DELETE FROM removed_accounts WHERE address = ?', [record.account.address]);
      await moveFeed(transaction, feedVersion(record));
    },
    async replace(record) {
      await storeAccount(transaction, record);
      await moveFeed(transaction, feedVersion(record));
    },
    storeContacts: (address, contacts) => storeContacts(transaction, address, contacts),
    async remove(address, version, keptRemovals) {
      await transaction.run('DELETE FROM accounts WHERE address = ?', [address]);
      await transaction.run('DELETE FROM contact_lists WHERE address = ?', [address]);
      await rememberRemoval(transaction, address, version, keptRemovals);
      await moveFeed(transaction, version);
    },
  };
}

/**
 * A change as an operation of the database.
 * @param change - its first parameter are the accounts
 */
export function byStatements<P extends readonly unknown[], T>(
  change: (accounts: ChangedAccounts, ...parameters: P) => Promise<T>,
): (transaction: SqlTransaction, ...parameters: P) => Promise<T> {
  return (transaction, ...parameters) => change(changedByStatements(transaction), ...parameters);
}
