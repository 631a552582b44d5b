/**
 * The tables of accounts. `account_feed` has one row; without epoch, the next start draws one.
 * @param address - type of an address: one that sorts by code point
 */
export function accountTables(address: string): readonly string[] {
  return [
    `CREATE TABLE accounts (
  address ${address} PRIMARY KEY,
  verifiers TEXT NOT NULL,
  home ${address},
  state TEXT NOT NULL,
  rights TEXT NOT NULL,
  version BIGINT NOT NULL,
  contacts_version BIGINT NOT NULL,
  feed_version BIGINT NOT NULL
)`,
    'CREATE UNIQUE INDEX accounts_by_feed ON accounts (feed_version)',
    'CREATE INDEX accounts_by_home ON accounts (home, address) WHERE home IS NOT NULL',
    "CREATE INDEX accounts_disabled ON accounts (address) WHERE state = 'disabled'",
    `CREATE TABLE contact_lists (address ${address} PRIMARY KEY, contacts TEXT NOT NULL)`,
    `CREATE TABLE removed_accounts (version BIGINT PRIMARY KEY, address ${address} NOT NULL)`,
    'CREATE INDEX removed_accounts_by_address ON removed_accounts (address)',
    'CREATE TABLE account_feed (epoch TEXT NOT NULL, version BIGINT NOT NULL, forgotten BIGINT NOT NULL)',
    "INSERT INTO account_feed (epoch, version, forgotten) VALUES ('', 0, 0)",
  ];
}

/** Telephone numbers of users. */
export const accountNumbers: readonly string[] = ['ALTER TABLE accounts ADD COLUMN number TEXT'];
