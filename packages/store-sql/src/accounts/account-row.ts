import type { AccountContact, AccountRecord, AccountRight, AccountState, Verifiers } from '@entente/accounts';
import { feedVersion } from '@entente/accounts/directory';
import type { SqlRow, SqlTransaction, SqlValue } from '../driver/sql-driver.ts';

/** Columns of an account, in the order of {@link accountValues}. */
export const accountColumns =
  'address, verifiers, home, state, rights, version, contacts_version, feed_version, number';

/** Where there is an account with the address, every column of it is set. */
export const overwriteAccount = `ON CONFLICT (address) DO UPDATE SET verifiers = excluded.verifiers, home = excluded.home,
  state = excluded.state, rights = excluded.rights, version = excluded.version, contacts_version = excluded.contacts_version,
  feed_version = excluded.feed_version, number = excluded.number`;

/** The same for a contact list. */
export const overwriteContacts = 'ON CONFLICT (address) DO UPDATE SET contacts = excluded.contacts';

/** The values of an account. */
export function accountValues(record: AccountRecord): SqlValue[] {
  const { account, contactsVersion, version } = record;
  const { address, home, number, rights, state, verifiers } = account;
  return [
    address,
    JSON.stringify(verifiers),
    home ?? null,
    state,
    rights.join(' '),
    version,
    contactsVersion,
    feedVersion(record),
    number ?? null,
  ];
}

/** The account of a row. */
export function accountOf(row: SqlRow): AccountRecord {
  const { address, contacts_version, home, number, rights, state, verifiers, version } = row;
  return {
    account: {
      address: address as string,
      verifiers: JSON.parse(verifiers as string) as Verifiers,
      ...(home === null ? {} : { home: home as string }),
      state: state as AccountState,
      ...(number === null ? {} : { number: number as string }),
      rights: (rights as string).split(' ').filter((right) => right !== '') as AccountRight[],
    },
    version: version as number,
    contactsVersion: contacts_version as number,
  };
}

/** Stores an account that is new or changed. */
export async function storeAccount(transaction: SqlTransaction, record: AccountRecord): Promise<void> {
  await transaction.run(
    `INSERT INTO accounts (${accountColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ${overwriteAccount}`,
    accountValues(record),
  );
}

/** Stores the contact list of an account. */
export async function storeContacts(
  transaction: SqlTransaction,
  address: string,
  contacts: readonly AccountContact[],
): Promise<void> {
  await transaction.run(`INSERT INTO contact_lists (address, contacts) VALUES (?, ?) ${overwriteContacts}`, [
    address,
    JSON.stringify(contacts),
  ]);
}
