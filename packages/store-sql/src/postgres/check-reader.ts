import { AccountsFault } from '@entente/accounts/directory';
import { schemaVersion } from './migrate-postgres.ts';
import type { PostgresDriver } from './open-postgres.ts';

const rightsSql = `SELECT (has_table_privilege('accounts', 'INSERT, UPDATE, DELETE, TRUNCATE')
  OR has_any_column_privilege('accounts', 'INSERT, UPDATE')
  OR has_table_privilege('removed_accounts', 'INSERT, UPDATE, DELETE, TRUNCATE')
  OR has_any_column_privilege('removed_accounts', 'INSERT, UPDATE')
  OR has_table_privilege('contact_lists', 'INSERT, UPDATE, DELETE, TRUNCATE')
  OR has_table_privilege('account_feed', 'INSERT, UPDATE, DELETE, TRUNCATE')
  OR has_any_column_privilege('account_feed', 'INSERT, UPDATE'))::integer AS may, current_user AS name, epoch FROM account_feed`;

/**
 * Checks that a database has accounts of this release, and that the user can do nothing but read them: who takes over a front end must
 * not be able to change who the users are.
 * @param driver - of the reader
 * @returns what is wrong, undefined where nothing is
 * @throws AccountsFault `ENTENTE_ACCOUNTS_UNAVAILABLE` where the server does not answer
 */
export async function checkReader(driver: PostgresDriver): Promise<AccountsFault | undefined> {
  const { place } = driver;
  const version = await driver.schemaVersion();
  if (version > schemaVersion) {
    return new AccountsFault('ENTENTE_ACCOUNTS_TOO_NEW', {
      sentence: `the accounts have schema ${version}, and this program knows schema ${schemaVersion}`,
      place,
      remedy: 'update this server to the release of the authority',
    });
  }
  if (version < schemaVersion) return withoutAccounts(place);
  const [row] = await driver.reader.all(rightsSql, []);
  if (row === undefined || row.epoch === '') return withoutAccounts(place);
  if (row.may !== 1) return undefined;
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', {
    sentence: `expected a user who can only read the accounts, found ${row.name as string}, who may change them`,
    place,
    remedy:
      'name a user of its own for servers that read: CREATE ROLE name LOGIN PASSWORD …; GRANT SELECT ON schema_version, accounts, removed_accounts, account_feed TO name',
  });
}

function withoutAccounts(place: string): AccountsFault {
  return new AccountsFault('ENTENTE_ACCOUNTS_UNAVAILABLE', {
    sentence: 'the database has no accounts of this release yet',
    place,
    remedy: 'start the authority with this database first: it creates the tables, and updates them',
  });
}
