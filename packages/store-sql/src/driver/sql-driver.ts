/** What a statement takes and what a row holds. Times are milliseconds since 1970; hashes and serial numbers are texts. */
export type SqlValue = string | number | Uint8Array | null;

/** A row by the names of its columns. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A transaction that is open. Parameters stand as `?` in the statement, in their order. */
export interface SqlTransaction {
  /**
   * Runs a statement that changes rows.
   * @returns how many
   */
  run(sql: string, parameters: readonly SqlValue[]): Promise<number>;
  /** Runs a query. */
  all(sql: string, parameters: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /**
   * Runs a part of the transaction. If it throws, what it has changed is undone, and what was changed before stays.
   */
  attempt<T>(part: () => Promise<T>): Promise<T>;
  /** Stores the version of the schema; read by {@link SqlDriver.schemaVersion}. */
  setSchemaVersion(version: number): Promise<void>;
}

/**
 * A database. Small, so that another than SQLite can follow: the statements are plain SQL, and only a driver knows more.
 *
 * Transactions run one after another: the next begins when the promise of the one before is settled.
 */
export interface SqlDriver {
  /** Its file or address, for faults. */
  readonly place: string;
  /**
   * Runs a transaction: it is durable when the promise resolves, and undone when it rejects.
   * @param mode - `read` for one that changes nothing, so that a full disk does not prevent it
   */
  transaction<T>(mode: 'read' | 'write', work: (transaction: SqlTransaction) => Promise<T>): Promise<T>;
  /** Version of the schema, 0 for an empty database. */
  schemaVersion(): Promise<number>;
  /** Whether an error says that the storage failed, so that the whole transaction is lost and not only one statement. */
  isStorageFailure(error: unknown): boolean;
  /** Whether an error says that the content of the database is damaged. */
  isDamage(error: unknown): boolean;
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
  /** Closes the database. Idempotent. */
  close(): Promise<void>;
}
