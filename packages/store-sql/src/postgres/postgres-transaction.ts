import type { SqlReader, SqlRow, SqlTransaction, SqlValue } from '../driver/sql-driver.ts';
import { ConnectionFailed } from './postgres-fault.ts';

/** What runs statements: a connection, or the pool. */
export interface Queryable {
  query(
    sql: string,
    parameters: SqlValue[],
  ): Promise<{ readonly rows: SqlRow[]; readonly rowCount: number | null }>;
}

/** Statements with the parameters as PostgreSQL names them; the program has few. */
const numbered = new Map<string, string>();

function withNumbers(sql: string): string {
  let text = numbered.get(sql);
  if (text === undefined) {
    let count = 0;
    text = sql.replaceAll('?', () => `$${++count}`);
    if (numbered.size < 256) numbered.set(sql, text);
  }
  return text;
}

/** Queries of a connection or pool, each alone. */
export function readerOf(connection: Queryable): SqlReader {
  return {
    async all(sql, parameters) {
      return (await connection.query(withNumbers(sql), [...parameters])).rows;
    },
  };
}

/** The transaction that is open on a connection. */
export function transactionOf(connection: Queryable): SqlTransaction {
  const run: SqlTransaction['run'] = async (sql, parameters) =>
    (await connection.query(withNumbers(sql), [...parameters])).rowCount ?? 0;
  return {
    ...readerOf(connection),
    run,
    async attempt(part) {
      await run('SAVEPOINT part', []);
      try {
        const value = await part();
        await run('RELEASE SAVEPOINT part', []);
        return value;
      } catch (error) {
        if (!isGone(error)) await run('ROLLBACK TO SAVEPOINT part', []);
        throw error;
      }
    },
    async setSchemaVersion(version) {
      await run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)', []);
      await run('DELETE FROM schema_version', []);
      await run('INSERT INTO schema_version (version) VALUES (?)', [version]);
    },
  };
}

const begins = {
  // One moment for all its queries.
  read: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  // Each statement sees what was committed before it: after a lock, also what its holder has changed. Not READ WRITE, which would go past a database that
  // its operator has set to read-only, e.g. because its disk is nearly full.
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED',
} as const;

/**
 * Runs a transaction on a connection.
 * @param committing - called with the value when nothing is left but to commit
 */
export async function runTransaction<T>(
  connection: Queryable,
  mode: 'read' | 'write',
  work: (transaction: SqlTransaction) => Promise<T>,
  committing: (value: T) => void = () => {},
): Promise<T> {
  const transaction = transactionOf(connection);
  await transaction.run(begins[mode], []);
  let value: T;
  try {
    value = await work(transaction);
  } catch (error) {
    // The first error says more.
    if (!isGone(error)) await transaction.run('ROLLBACK', []).catch(() => {});
    throw error;
  }
  committing(value);
  await transaction.run('COMMIT', []);
  return value;
}

/**
 * Does all of a transaction on a connection, and rolls it back: whether it could be stored.
 * @throws what it fails of
 */
export async function rehearseTransaction(
  connection: Queryable,
  work: (transaction: SqlTransaction) => Promise<unknown>,
): Promise<void> {
  const transaction = transactionOf(connection);
  await transaction.run(begins.write, []);
  try {
    await work(transaction);
  } catch (error) {
    if (!isGone(error)) await transaction.run('ROLLBACK', []).catch(() => {});
    throw error;
  }
  await transaction.run('ROLLBACK', []).catch(() => {});
}

/**
 * Whether nothing is to be undone, because the connection is closed: where a server has hung, the statement may still be under way, and the next one
 * would wait as long for its answer.
 */
function isGone(error: unknown): boolean {
  return error instanceof ConnectionFailed;
}

/** The version of the schema of a database. */
export async function schemaVersionOf(reader: SqlReader): Promise<number> {
  const [found] = await reader.all(
    "SELECT (to_regclass('schema_version') IS NOT NULL)::integer AS there",
    [],
  );
  if (found?.there !== 1) return 0;
  const [row] = await reader.all('SELECT version FROM schema_version', []);
  return (row?.version as number | undefined) ?? 0;
}
