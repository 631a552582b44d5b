import { open } from 'node:fs/promises';
import { types } from 'node:util';
import { PkiFault } from '@entente/pki/ledger';
import { keptLog } from './kept-log.ts';
import { type LatchedDatabase, openLatched, type Statement } from './latched-database.ts';
import { LogLength } from './log-length.ts';
import { type FileInPlace, sameFile } from './same-file.ts';
import type { SqlDriver, SqlRow, SqlTransaction, SqlValue } from './sql-driver.ts';

/** Largest cache of pages, in kB. */
const cacheKb = 49_152;
/** Pages of 4 kB in the write-ahead log after which it is copied into the database: 16 MB. */
const checkpointPages = 4_096;
/** Statements that stay prepared; the program has fewer. */
const maxStatements = 256;

/** Begins a write-ahead log beside the database. */
const logBegins = 'journal_mode = WAL';
/** Copies the log into the database, and removes it. */
const logEnds = 'journal_mode = DELETE';

/** Codes of SQLite after which a transaction is lost. An extended code begins with one of them. */
const storageFailures = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_PROTOCOL',
  'SQLITE_PERM',
];
const damages = ['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'];

/**
 * A database of SQLite, which this process alone has open. Transactions run one after another: the next begins when the promise of the one
 * before is settled.
 */
export interface SqliteDriver extends SqlDriver {
  /** Whether an error says that the storage failed, so that the whole transaction is lost and not only one statement. */
  isStorageFailure(error: unknown): boolean;
  /** Whether an error says that the content of the database is damaged. */
  isDamage(error: unknown): boolean;
  /** Whether its file is still where it was opened: what is written to one that was deleted or moved is lost, and reports no error. */
  inPlace(): FileInPlace;
  /** Whether its log was cut off while it was open: nothing that is written behind the gap is read by the next run. */
  isLogCut(): boolean;
  /**
   * Writes a copy of the database, as it is at one moment. Not while a transaction is open.
   * @param file - does not exist yet; it gets mode 0600, and is flushed to the disk
   */
  copyTo(file: string): Promise<void>;
  /**
   * Reads the whole database, and compares it with itself.
   * @returns what is damaged first, or undefined
   */
  firstDamage(): Promise<string | undefined>;
}

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /** Pages in the write-ahead log after which it is copied into the database, 0 for never. Default 4,096. */
  readonly checkpointPages?: number;
}

/**
 * Opens a database of SQLite for this process alone: the lock is the database's own, so it ends with the process. A write-ahead log
 * that is flushed at each commit (`synchronous=FULL`).
 * @param path - the file; it is created with mode 0600 if it does not exist
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED`, `ENTENTE_PKI_LEDGER_DAMAGED`, `ENTENTE_PKI_LEDGER_UNAVAILABLE`
 */
export async function openSqlite(path: string, options: SqliteOptions = {}): Promise<SqliteDriver> {
  let database: LatchedDatabase | undefined;
  try {
    await createForOwner(path);
    database = openLatched(path);
    // In this order: exclusive before the first access, so that no file of shared memory is needed.
    for (const setting of [
      'locking_mode = EXCLUSIVE',
      logBegins,
      'synchronous = FULL',
      `cache_size = -${cacheKb}`,
      `wal_autocheckpoint = ${options.checkpointPages ?? checkpointPages}`,
      'temp_store = MEMORY',
    ]) {
      database.prepare(`PRAGMA ${setting}`).all([]);
    }
    createLog(database);
    return sqliteDriver(path, database);
  } catch (error) {
    if (database !== undefined) release(database);
    throw openingFault(path, error);
  }
}

/** Nothing is written, but from then on the log has its file. */
function createLog(database: LatchedDatabase): void {
  database.exec('BEGIN IMMEDIATE');
  database.exec('COMMIT');
}

async function createNew(path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close();
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** SQLite would create it with the rights that the umask leaves; its log gets the rights of the database. */
async function createForOwner(path: string): Promise<void> {
  try {
    await createNew(path);
  } catch (error) {
    // An existing file must not be opened and closed here: that would end a lock that this process holds (POSIX).
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function sqliteDriver(place: string, database: LatchedDatabase): SqliteDriver {
  const statements = new Map<string, Statement>();
  let closed = false;
  const prepared = (sql: string): Statement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      if (statements.size < maxStatements) statements.set(sql, statement);
    }
    return statement;
  };
  const run = (sql: string, parameters: readonly SqlValue[]): number =>
    prepared(sql).run([...parameters.map(sound)]).changes;

  const transaction: SqlTransaction = {
    run: async (sql, parameters) => run(sql, parameters),
    async all(sql, parameters) {
      return prepared(sql)
        .all([...parameters.map(sound)])
        .map((row) => withBytes(row as Record<string, unknown>));
    },
    async attempt(part) {
      run('SAVEPOINT part', []);
      try {
        const value = await part();
        run('RELEASE part', []);
        return value;
      } catch (error) {
        // After a failure of the storage the whole transaction is gone, and its savepoints with it.
        if (!isOneOf([...storageFailures, ...damages], error)) {
          run('ROLLBACK TO part', []);
          run('RELEASE part', []);
        }
        throw error;
      }
    },
    async setSchemaVersion(version) {
      database.exec(`PRAGMA user_version = ${version}`);
    },
  };

  const inPlace = sameFile(place);
  const logLength = new LogLength(place);
  const keepLog = keptLog(place, inPlace, () => {
    for (const setting of [logEnds, logBegins]) database.prepare(`PRAGMA ${setting}`).all([]);
    createLog(database);
    logLength.begun();
  });

  return {
    place,
    async transaction(mode, work) {
      try {
        keepLog();
      } catch (error) {
        // What is only read is there without it.
        if (mode === 'write') throw error;
      }
      run(mode === 'read' ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE', []);
      try {
        const value = await work(transaction);
        run('COMMIT', []);
        if (mode === 'write') logLength.committed();
        return value;
      } catch (error) {
        // SQLite has ended it already after some failures, and after others not.
        if (database.isInTransaction()) run('ROLLBACK', []);
        throw error;
      }
    },
    async schemaVersion() {
      const [row] = database.prepare('PRAGMA user_version').all([]) as { user_version: number }[];
      return row?.user_version ?? 0;
    },
    async copyTo(file) {
      // SQLite writes into an empty file; one that it creates itself could be read by others.
      await createNew(file);
      database.prepare('VACUUM INTO ?').run([sound(file)]);
      await flush(file);
    },
    async firstDamage() {
      const [row] = database.prepare('PRAGMA integrity_check(1)').all([]) as { integrity_check: string }[];
      return row?.integrity_check === 'ok' ? undefined : row?.integrity_check;
    },
    isStorageFailure: (error) => isOneOf(storageFailures, error) || isOneOf(damages, error),
    isDamage: (error) => isOneOf(damages, error),
    inPlace,
    isLogCut: () => logLength.isCut,
    async close() {
      if (closed) return;
      closed = true;
      statements.clear();
      release(database);
    },
  };
}

/** SQLite keeps a text with NUL whole, but libsql reads it back cut off there. */
function sound(value: SqlValue): SqlValue {
  if (typeof value !== 'string' || !value.includes('\0')) return value;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: 'expected a text without the character NUL, found one with it',
    place: 'ledger',
    remedy: 'remove the character from the name',
  });
}

function withBytes(row: Record<string, unknown>): SqlRow {
  for (const name in row) {
    const value = row[name];
    // Of whatever realm.
    if (typeof value === 'object' && types.isAnyArrayBuffer(value)) row[name] = new Uint8Array(value);
  }
  return row as SqlRow;
}

/**
 * Closing alone leaves the lock for as long as a prepared statement is in memory, which only the garbage collector ends. So the log is
 * ended first and the lock given back.
 */
function release(database: LatchedDatabase): void {
  try {
    for (const setting of [logEnds, 'locking_mode = NORMAL', 'user_version']) {
      database.prepare(`PRAGMA ${setting}`).all([]);
    }
  } catch {
    // A full disk, or never opened. The log stays, and is read when the database is opened again.
  }
  database.close();
}

function isOneOf(codes: readonly string[], error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && codes.some((each) => code === each || code.startsWith(`${each}_`));
}

/**
 * What is said where a database cannot be opened.
 * @param path - the file
 * @param cause - what was thrown
 */
export function openingFault(path: string, cause: unknown): unknown {
  if (isOneOf(['SQLITE_BUSY'], cause)) {
    return new PkiFault('ENTENTE_PKI_LEDGER_LOCKED', {
      sentence: 'another process has the database open, and only one may open it at a time',
      place: path,
      remedy: 'stop the authority that uses this directory; the lock ends with its process',
      cause,
    });
  }
  if (isOneOf(damages, cause)) return damaged(path, cause);
  if (!(cause instanceof Error || types.isNativeError(cause))) return cause;
  return new PkiFault('ENTENTE_PKI_LEDGER_UNAVAILABLE', {
    sentence: `the database cannot be opened: ${cause.message}`,
    place: path,
    remedy: isOneOf(['SQLITE_FULL', 'ENOSPC'], cause)
      ? 'make space on the disk, then do the same again'
      : 'check that the directory exists, that the authority may write in it, and that the disk has space',
    cause,
  });
}

/** The fault of a database whose content is damaged. */
export function damaged(place: string, cause: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence: `the database is damaged: ${(cause as Error).message}`,
    place,
    remedy: 'stop the authority and restore the database from a backup',
    cause,
  });
}
