import { type Postgres, startPostgres } from '@entente/testkit/postgres';
import { databasesOn } from '../../../packages/store-sql/test/postgres-databases.ts';
import type { SharedDatabase } from './network.ts';

/** A database of accounts on a PostgreSQL of its own, with an owner and a user who only reads. */
export interface TestDatabase extends SharedDatabase, AsyncDisposable {
  readonly postgres: Postgres;
}

/** What the guide says that a server which reads the accounts needs. */
export const readerRights =
  'GRANT SELECT ON schema_version, accounts, removed_accounts, account_feed TO reader';

/** Starts a PostgreSQL, and creates the tables as the authority does. */
export async function startDatabase(): Promise<TestDatabase> {
  const postgres = await startPostgres();
  try {
    const databases = databasesOn(postgres);
    const server = await databases.create();
    await databases.open(server);
    await databases.sql(server.database, `CREATE ROLE reader LOGIN; ${readerRights}`);
    await databases.close();
    return {
      postgres,
      server,
      reader: 'reader',
      [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
    };
  } catch (error) {
    await postgres[Symbol.asyncDispose]();
    throw error;
  }
}
