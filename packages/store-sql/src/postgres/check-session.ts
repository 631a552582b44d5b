import { AccountsFault } from '@entente/accounts/directory';
import type { SqlRow } from '../driver/sql-driver.ts';
import { type Queryable, readerOf } from './postgres-transaction.ts';

/** The oldest release that has everything that is asked of it, as `server_version_num`. */
const oldestVersion = 130_000;

const question = `SELECT current_setting('server_version_num')::integer AS version,
  pg_is_in_recovery()::integer AS standby,
  current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS full_page_writes,
  current_setting('server_encoding') AS encoding,
  current_setting('synchronous_commit') AS synchronous_commit`;

/**
 * Checks what each session must find before it is used: what is acknowledged must be on the disk.
 * @throws AccountsFault `ENTENTE_ACCOUNTS_UNAVAILABLE` for a server that would lose it
 */
export async function checkSession(connection: Queryable, place: string): Promise<void> {
  const [row = {}] = await readerOf(connection).all(question, []);
  const [sentence, remedy] = complaint(row) ?? [];
  if (sentence !== undefined && remedy !== undefined) {
    throw new AccountsFault('ENTENTE_ACCOUNTS_UNAVAILABLE', { sentence, place, remedy });
  }
  // A setting of the user or the database; one that waits for standbys too stays.
  if (row.synchronous_commit === 'off') await connection.query('SET synchronous_commit = on', []);
}

function complaint(row: SqlRow): readonly [string, string] | undefined {
  if ((row.version as number) < oldestVersion) {
    return [
      `PostgreSQL has version ${row.version}, and 13 is the oldest one that will do`,
      'update PostgreSQL',
    ];
  }
  if (row.standby === 1) {
    return ['PostgreSQL is a standby, which stores nothing', 'name the host of the primary'];
  }
  for (const setting of ['fsync', 'full_page_writes'] as const) {
    if (row[setting] !== 'on') {
      return [
        `PostgreSQL runs with ${setting} = ${row[setting]}, and would lose accounts in a crash`,
        `set ${setting} = on in postgresql.conf`,
      ];
    }
  }
  if (row.encoding !== 'UTF8') {
    return [
      `the database has the encoding ${row.encoding}, which has not every name`,
      "create it with ENCODING 'UTF8' TEMPLATE template0",
    ];
  }
  return undefined;
}
