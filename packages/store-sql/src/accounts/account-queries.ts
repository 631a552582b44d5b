import type { AccountContact, AccountRecord, ContactList } from '@entente/accounts';
import type { AccountHome, AccountPage, AccountQuery, AccountsOutside } from '@entente/accounts/directory';
import type { SqlReader, SqlValue } from '../driver/sql-driver.ts';
import { accountColumns, accountOf } from './account-row.ts';

/** Whether a text can be the address of an account: a canonical one has no other characters, and a database might change them. */
export function mayBeAddress(text: string): boolean {
  return /^[\x21-\x7e]{1,254}$/.test(text);
}

/** The account of an address. */
export async function findAccount(database: SqlReader, address: string): Promise<AccountRecord | undefined> {
  if (!mayBeAddress(address)) return undefined;
  const [row] = await database.all(`SELECT ${accountColumns} FROM accounts WHERE address = ?`, [address]);
  return row && accountOf(row);
}

/** A page of the accounts of a query, in the order of their addresses. */
export async function listAccounts(database: SqlReader, query: AccountQuery): Promise<AccountPage> {
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
  const rows = await database.all(
    `SELECT ${accountColumns} FROM accounts WHERE ${conditions.join(' AND ')} ORDER BY address LIMIT ?`,
    [...values, limit + 1],
  );
  const records = rows.slice(0, limit).map(accountOf);
  const last = records.at(-1)?.account.address;
  return rows.length > limit && last !== undefined ? { records, next: last } : { records };
}

/** How many accounts have each home that is that of an account, in the order of the homes. */
export async function countHomes(database: SqlReader): Promise<readonly AccountHome[]> {
  const rows = await database.all(
    'SELECT home, COUNT(*) AS users FROM accounts WHERE home IS NOT NULL GROUP BY home ORDER BY home',
    [],
  );
  return rows.map(({ home, users }) => ({ home: home as string, users: Number(users) }));
}

/** Addresses that are named. */
const mostFirst = 5;

/** How many accounts are in none of some domains, and the first of them. */
export async function accountsOutside(
  database: SqlReader,
  domains: readonly string[],
): Promise<AccountsOutside> {
  // `!` is before what stands for itself: a domain may have an underscore.
  const others = ['1 = 1', ...domains.map(() => "address NOT LIKE ? ESCAPE '!'")].join(' AND ');
  const values = domains.map((domain) => `%@${domain.replace(/[!%_]/g, '!$&')}`);
  const [counted] = await database.all(`SELECT COUNT(*) AS others FROM accounts WHERE ${others}`, values);
  const users = Number(counted?.others ?? 0);
  if (users === 0) return { users, first: [] };
  const rows = await database.all(`SELECT address FROM accounts WHERE ${others} ORDER BY address LIMIT ?`, [
    ...values,
    mostFirst,
  ]);
  return { users, first: rows.map(({ address }) => address as string) };
}

/** The contact list of an account. */
export async function readContacts(database: SqlReader, address: string): Promise<ContactList | undefined> {
  const record = await findAccount(database, address);
  if (record === undefined) return undefined;
  const [row] = await database.all('SELECT contacts FROM contact_lists WHERE address = ?', [address]);
  const contacts = row === undefined ? [] : (JSON.parse(row.contacts as string) as AccountContact[]);
  return { contacts, version: record.contactsVersion };
}
