import { accountNumbers, accountTables } from '../schema/account-tables.ts';
import { migrate } from '../schema/migrate.ts';
import type { Migration } from '../schema/migrations.ts';
import type { PostgresDriver } from './open-postgres.ts';

/** The steps of the schema in PostgreSQL, oldest first. A step that was released is never changed. */
const steps: readonly Migration[] = [
  [
    ...accountTables('TEXT COLLATE "C"'),
    'CREATE TABLE account_writers (writer TEXT PRIMARY KEY, batch BIGINT NOT NULL, written_at TIMESTAMPTZ NOT NULL)',
  ],
  accountNumbers,
];

/** The version of the schema that this program reads and writes. */
export const schemaVersion = steps.length;

/** Number of the lock that a server holds while it changes the schema: any number that others do not take. */
const schemaLock = 0x456e_7465;

/**
 * Brings the schema of a database up to date. Servers that start at once wait for the first one; one whose schema is up to date takes no
 * lock, and may be a user who only reads.
 * @throws PkiFault `ENTENTE_PKI_LEDGER_TOO_NEW` for a database that a newer program has written
 */
export async function migratePostgres(driver: PostgresDriver): Promise<void> {
  if ((await driver.schemaVersion()) === schemaVersion) return;
  await driver.session(async (session, reader) => {
    await reader.all('SELECT pg_advisory_lock(?)', [schemaLock]);
    try {
      await migrate(session, steps);
    } finally {
      await reader.all('SELECT pg_advisory_unlock(?)', [schemaLock]);
    }
  });
}
