import {
  type Account,
  type AccountContact,
  type AccountRecord,
  type ContactList,
  checkAccount,
  type Verifiers,
} from '@entente/accounts';
import {
  type AccountOutcome,
  type AccountPage,
  type AccountQuery,
  type ContactsOutcome,
  decideContacts,
  decidePut,
  decideRemoval,
  decideVerifiers,
  type Expected,
  type RemovalOutcome,
} from '@entente/accounts/directory';
import type { SqlTransaction, SqlValue } from '../driver/sql-driver.ts';
import { feedState, moveFeed, rememberRemoval } from './account-feed.ts';
import { accountColumns, accountOf, storeAccount, storeContacts } from './account-row.ts';

/** The account of an address. */
export async function findAccount(
  transaction: SqlTransaction,
  address: string,
): Promise<AccountRecord | undefined> {
  // A canonical address has no other characters, and a database might change them.
  if (!/^[\x21-\x7e]{1,254}$/.test(address)) return undefined;
  const [row] = await transaction.all(`SELECT ${accountColumns} FROM accounts WHERE address = ?`, [address]);
  return row && accountOf(row);
}

/** A page of the accounts of a query, in the order of their addresses. */
export async function listAccounts(transaction: SqlTransaction, query: AccountQuery): Promise<AccountPage> {
  const { after = '', home, limit, state } = query;
  const conditions = ['address > ?'];
  const values: SqlValue[] = [after];
  if (home !== undefined) {
    conditions.push('home = ?');
    values.push(home);
  }
  // Few accounts are disabled: as a literal, it is what their index is for.
  if (state === 'disabled') conditions.push("state = 'disabled'");
  else if (state !== undefined) {
    conditions.push('state = ?');
    values.push(state);
  }
  const rows = await transaction.all(
    `SELECT ${accountColumns} FROM accounts WHERE ${conditions.join(' AND ')} ORDER BY address LIMIT ?`,
    [...values, limit + 1],
  );
  const records = rows.slice(0, limit).map(accountOf);
  const last = records.at(-1)?.account.address;
  return rows.length > limit && last !== undefined ? { records, next: last } : { records };
}

/** Adds or replaces an account. */
export async function putAccount(
  transaction: SqlTransaction,
  account: Account,
  expected: Expected,
): Promise<AccountOutcome> {
  const checked = checkAccount(account);
  if (!checked.ok) return checked;
  const { address } = checked.account;
  const version = await nextVersion(transaction);
  const outcome = decidePut(await findAccount(transaction, address), checked.account, expected, version);
  if (!outcome.ok) return outcome;
  await storeAccount(transaction, outcome.record);
  if (expected === 'absent')
    await transaction.run('DELETE FROM removed_accounts WHERE address = ?', [address]);
  await moveFeed(transaction, version);
  return outcome;
}

/**
 * Removes an account, and its contact list.
 * @param keptRemovals - removals that the feed remembers
 */
export async function removeAccount(
  transaction: SqlTransaction,
  address: string,
  expected: number,
  keptRemovals: number,
): Promise<RemovalOutcome> {
  const version = await nextVersion(transaction);
  const outcome = decideRemoval(await findAccount(transaction, address), address, expected, version);
  if (!outcome.ok) return outcome;
  await transaction.run('DELETE FROM accounts WHERE address = ?', [address]);
  await transaction.run('DELETE FROM contact_lists WHERE address = ?', [address]);
  await rememberRemoval(transaction, address, version, keptRemovals);
  await moveFeed(transaction, version);
  return outcome;
}

/** Changes the verifiers of an account. */
export async function changeVerifiers(
  transaction: SqlTransaction,
  address: string,
  from: Verifiers,
  to: Verifiers,
): Promise<AccountOutcome> {
  const version = await nextVersion(transaction);
  const current = await findAccount(transaction, address);
  const outcome = decideVerifiers(current, address, { from, to }, version);
  if (!outcome.ok) return outcome;
  await storeAccount(transaction, outcome.record);
  await moveFeed(transaction, version);
  return outcome;
}

/** The contact list of an account. */
export async function readContacts(
  transaction: SqlTransaction,
  address: string,
): Promise<ContactList | undefined> {
  const record = await findAccount(transaction, address);
  if (record === undefined) return undefined;
  const [row] = await transaction.all('SELECT contacts FROM contact_lists WHERE address = ?', [address]);
  const contacts = row === undefined ? [] : (JSON.parse(row.contacts as string) as AccountContact[]);
  return { contacts, version: record.contactsVersion };
}

/** Replaces the contact list of an account. */
export async function putContacts(
  transaction: SqlTransaction,
  address: string,
  contacts: readonly AccountContact[],
  expected: number,
): Promise<ContactsOutcome> {
  const version = await nextVersion(transaction);
  const current = await findAccount(transaction, address);
  const outcome = decideContacts(current, address, contacts, expected, version);
  if (!outcome.ok || current === undefined) return outcome;
  await storeAccount(transaction, { ...current, contactsVersion: version });
  await storeContacts(transaction, address, outcome.list.contacts);
  await moveFeed(transaction, version);
  return outcome;
}

async function nextVersion(transaction: SqlTransaction): Promise<number> {
  return (await feedState(transaction)).version + 1;
}
