import pg from 'pg';
import type { SqlDriver, SqlReader, SqlTransaction } from '../driver/sql-driver.ts';
import { pauseBefore } from './backoff.ts';
import { checkSession } from './check-session.ts';
import { connectionConfig } from './connection-config.ts';
import {
  ConnectionFailed,
  mayPass,
  overloaded,
  postgresFault,
  readOnly,
  sqlState,
  thrownByLibrary,
} from './postgres-fault.ts';
import { type PostgresServer, placeOf } from './postgres-server.ts';
import {
  type Queryable,
  readerOf,
  rehearseTransaction,
  runTransaction,
  schemaVersionOf,
} from './postgres-transaction.ts';
import type { Contact } from './server-reachability.ts';
import { wasCommitted } from './was-committed.ts';

/** Options of {@link openPostgres}. */
export interface PostgresDriverOptions {
  readonly server: PostgresServer;
  /** Most connections, from 1. */
  readonly maxConnections: number;
  /** Milliseconds that a call waits for a server that restarts, from 0. */
  readonly patienceMs: number;
  /** Told how it goes. */
  readonly contact: Contact;
  /** Calls that may wait for a connection; one more is refused. */
  readonly maxWaiting: number;
}

/** A database of PostgreSQL, over a pool of connections. What fails it throws as AccountsFault. */
export interface PostgresDriver extends SqlDriver {
  /** Queries, each alone. */
  readonly reader: SqlReader;
  /**
   * Runs a transaction that changes something, and must not be repeated once it is stored.
   * @param isStored - whether it is, asked in a later transaction where the connection broke while it was committed; must wait until it has
   * ended
   */
  once<T>(
    work: (transaction: SqlTransaction) => Promise<T>,
    isStored: (transaction: SqlTransaction) => Promise<boolean>,
  ): Promise<T>;
  /**
   * Does what a transaction does, and stores nothing: whether the server stores changes again that has refused one.
   * @throws what it fails of
   */
  rehearse(work: (transaction: SqlTransaction) => Promise<unknown>): Promise<void>;
  /** Does something with one connection alone, e.g. what holds a lock of the session. */
  session<T>(work: (driver: SqlDriver, reader: SqlReader) => Promise<T>): Promise<T>;
}

/** Opens a pool of connections to a server. The first one is opened when it is needed. */
export function openPostgres(options: PostgresDriverOptions): PostgresDriver {
  const { contact, maxConnections, maxWaiting, patienceMs, server } = options;
  const place = placeOf(server);
  const ending = new AbortController();
  let waiting = 0;
  const pool = new pg.Pool({
    ...connectionConfig(server),
    max: maxConnections,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    // Awaited before the connection is used; the types do not say so.
    onConnect: ((client: pg.ClientBase) => checkSession(client, place)) as (client: pg.ClientBase) => void,
  });
  // Of connections that nobody uses at the time: the next call opens another one.
  pool.on('error', () => {});

  /** Uses a connection, which is closed where it may be in any state. */
  const withConnection = async <T>(work: (connection: Queryable) => Promise<T>): Promise<T> => {
    const client = await pool.connect().catch(rethrown);
    let broken: Error | undefined;
    // Without a listener, an error between two statements would end the process.
    const onError = (error: Error): void => {
      broken ??= error;
    };
    client.on('error', onError);
    try {
      return await work({
        query: (sql, parameters) => client.query(sql, parameters).catch(rethrown),
      });
    } catch (error) {
      // What a database is set to counts for the sessions that begin afterwards.
      const isFailed = error instanceof ConnectionFailed || mayPass(error);
      if (isFailed || sqlState(error) === readOnly) broken ??= error as Error;
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  };
  const failed = (error: unknown, mode: 'read' | 'write'): unknown => {
    const fault = postgresFault(error, place);
    if (fault === undefined) return error;
    if (fault.code === 'ENTENTE_ACCOUNTS_BAD_ARGUMENT') return fault;
    // What it answers with an error, it answers.
    if (mode === 'write' && sqlState(error) !== undefined && !mayPass(error)) contact.notStored(fault);
    else contact.unreachable(fault);
    return fault;
  };
  /** Repeats what has changed nothing, while the server may be restarting. */
  const patiently = async <T>(mode: 'read' | 'write', attempt: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting) throw overloaded(waiting, place);
    const until = performance.now() + patienceMs;
    waiting++;
    try {
      for (let count = 0; ; count++) {
        try {
          const value = await attempt();
          if (mode === 'write') contact.stored();
          else contact.reached();
          return value;
        } catch (error) {
          const fault = failed(error, mode);
          if (!mayPass(error) || performance.now() >= until || ending.signal.aborted) throw fault;
          await pauseBefore(count, ending.signal, { ref: true });
        }
      }
    } finally {
      waiting--;
    }
  };
  /** @param isStored - asked where the connection breaks while it is committed; otherwise it is repeated */
  const write = async <T>(
    work: (transaction: SqlTransaction) => Promise<T>,
    isStored: (transaction: SqlTransaction) => Promise<boolean> = async () => false,
  ): Promise<T> => {
    let committing: { readonly value: T } | undefined;
    try {
      return await withConnection((connection) =>
        runTransaction(connection, 'write', work, (value) => {
          committing = { value };
        }),
      );
    } catch (error) {
      if (committing === undefined || !mayPass(error)) throw error;
      const ask = () =>
        patiently('read', () =>
          withConnection((connection) => runTransaction(connection, 'write', isStored)),
        );
      if (!(await wasCommitted(ask, place, ending.signal))) throw error;
      return committing.value;
    }
  };

  const read = <T>(work: (connection: Queryable) => Promise<T>): Promise<T> =>
    patiently('read', () => withConnection(work));

  return {
    place,
    reader: {
      all: (sql, parameters) => read((connection) => readerOf(connection).all(sql, parameters)),
    },
    transaction: (mode, work) =>
      mode === 'read'
        ? read((connection) => runTransaction(connection, 'read', work))
        : patiently('write', () => write(work)),
    once: (work, isStored) => patiently('write', () => write(work, isStored)),
    rehearse: (work) =>
      patiently('write', () => withConnection((connection) => rehearseTransaction(connection, work))),
    schemaVersion: () => read((connection) => schemaVersionOf(readerOf(connection))),
    session: (work) =>
      patiently('write', () =>
        withConnection((connection) => {
          const reader = readerOf(connection);
          const driver: SqlDriver = {
            place,
            transaction: (mode, part) => runTransaction(connection, mode, part),
            schemaVersion: () => schemaVersionOf(reader),
            close: async () => {},
          };
          return work(driver, reader);
        }),
      ),
    async close() {
      if (ending.signal.aborted) return;
      ending.abort();
      await pool.end();
    },
  };
}

function rethrown(error: unknown): never {
  throw thrownByLibrary(error);
}
